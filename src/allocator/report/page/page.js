(() => {
  'use strict';
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const isZh = () => byId('lang-zh').checked;
  root.classList.add('js');

  const relabel = () => { root.lang = isZh() ? 'zh-CN' : 'en'; };
  for (const id of ['lang-zh', 'lang-en']) {
    byId(id).addEventListener('change', () => { relabel(); apply(); });
  }

  const words = byId('find'), unit = byId('unit'), count = byId('count');
  const rows = [...document.querySelectorAll('main table.list > tbody > tr:not(.total)')]
    .filter((row) => !row.querySelector(':scope > th.group'));
  const totals = document.querySelectorAll('main table.list > tbody > tr.total');
  const known = new Set(rows);
  const tables = [...document.querySelectorAll('main table.list')];
  const marks = [...document.querySelectorAll('.box, .chip, .leaves li')];
  const dots = [...document.querySelectorAll('.map > circle, .map > polygon')];
  const textOf = new Map();
  const haystack = (element) => {
    if (!textOf.has(element)) {
      const more = [element, ...element.querySelectorAll('[data-t]')].map((one) => one.dataset.t || '');
      const holder = element.closest('tbody[data-t]');
      textOf.set(element, [element.textContent, ...more, holder ? holder.dataset.t : ''].join('\n').toLowerCase());
    }
    return textOf.get(element);
  };

  function apply() {
    const asked = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const home = unit.value.toLowerCase();
    const needed = home ? [...asked, home] : asked;
    const fits = (element) => needed.every((one) => haystack(element).includes(one));
    let shown = 0;
    for (const row of rows) {
      const kept = !needed.length || fits(row);
      row.classList.toggle('off', !kept);
      shown += kept ? 1 : 0;
    }
    for (const row of totals) row.classList.toggle('off', needed.length > 0);
    for (const table of tables) {
      let left = 0;
      for (const part of table.tBodies) {
        const kept = !needed.length || [...part.rows].some((row) => known.has(row) && !row.classList.contains('off'));
        part.classList.toggle('off', !kept);
        left += kept ? 1 : 0;
      }
      (table.closest('.part') || table.closest('.scroll') || table).classList.toggle('off', !left);
    }
    for (const mark of marks) mark.classList.toggle('hit', needed.length > 0 && fits(mark));
    for (const dot of dots) dot.classList.toggle('dim', needed.length > 0 && !fits(dot));
    count.textContent = needed.length
      ? (isZh() ? `${shown} 行符合` : `${shown} rows match`)
      : '';
  }

  let composing = false, waiting = 0;
  words.addEventListener('compositionstart', () => { composing = true; });
  words.addEventListener('compositionend', () => { composing = false; apply(); });
  words.addEventListener('input', (event) => {
    if (composing || event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  unit.addEventListener('change', apply);
  byId('clear').addEventListener('click', () => {
    words.value = '';
    unit.value = '';
    apply();
    words.focus();
  });

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && !event.target.classList.contains('sw');
    if (event.key === '/' && !typing && !panel.open) {
      event.preventDefault();
      words.focus();
      words.select();
    } else if (event.key === 'Escape' && event.target === words && words.value) {
      words.value = '';
      apply();
    }
  });

  const panel = byId('panel'), body = byId('panel-body');
  const copy = (parent, nodes) => { for (const node of nodes) parent.append(node.cloneNode(true)); };
  const strip = (element) => {
    for (const one of [element, ...element.querySelectorAll('[id]')]) one.removeAttribute('id');
  };

  function why(group) {
    body.replaceChildren();
    const title = document.createElement('h2');
    title.id = 'panel-title';
    copy(title, group.querySelector('th').childNodes);
    const home = group.querySelector('.home');
    if (home) {
      const small = document.createElement('small');
      small.append(' ');
      copy(small, home.childNodes);
      title.append(small);
    }
    body.append(title);
    for (const row of group.rows) {
      const seat = document.createElement('h3');
      for (const cell of row.querySelectorAll('.seat')) {
        seat.append(' ');
        copy(seat, cell.childNodes);
      }
      const list = document.createElement('ul');
      for (const link of row.querySelectorAll('.refs a')) {
        const rule = byId(link.getAttribute('href').slice(1));
        const line = document.createElement('li');
        copy(line, rule.childNodes);
        list.append(line);
      }
      body.append(seat);
      copy(body, row.querySelectorAll('.ground'));
      body.append(list);
    }
    for (const link of body.querySelectorAll('a')) link.replaceWith(...link.childNodes);
    for (const child of body.children) if (child !== title) strip(child);
    panel.showModal();
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#w"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !panel.showModal) return;
    const group = byId(link.getAttribute('href').slice(1));
    if (!group || group.tagName !== 'TBODY') return;
    event.preventDefault();
    why(group);
  });
  byId('close').addEventListener('click', () => panel.close());
  panel.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });
  relabel();
  apply();
})();
