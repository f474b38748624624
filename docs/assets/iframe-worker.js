// A worker for pages that are opened as files, where browsers start none: its script runs in a hidden frame.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.appendChild(this.frame);
      const inside = this.frame.contentWindow;
      inside.document.open();
      inside.document.write("<!DOCTYPE html><html><body></body></html>");
      inside.document.close();
      inside.postMessage = (data) => setTimeout(() => {
        const event = new MessageEvent("message", { data });
        if (this.onmessage) this.onmessage(event);
        this.dispatchEvent(event);
      });
      const load = (address) => new Promise((done) => {
        const script = inside.document.createElement("script");
        script.src = address;
        script.onload = done;
        inside.document.body.appendChild(script);
      });
      inside.importScripts = (...addresses) =>
        addresses.reduce((before, address) => before.then(() => load(address)), Promise.resolve());
      this.inside = inside;
      this.ready = inside.importScripts(url);
    }
    postMessage(data) {
      const event = new MessageEvent("message", { data });
      this.ready.then(() => setTimeout(() => this.inside.dispatchEvent(event)));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
