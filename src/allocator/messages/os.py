"""Messages of the operating system in both languages, by error number."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from allocator.model.text import Text

_WORDS: Mapping[int, Text] = {
    errno.ENOENT: Text(zh="没有这个文件或文件夹", en="no such file or folder"),
    errno.EACCES: Text(zh="没有权限", en="permission denied"),
    errno.EPERM: Text(zh="不允许此操作", en="not permitted"),
    errno.ENOTDIR: Text(zh="路径中有一段不是文件夹", en="a part of the path is no folder"),
    errno.EISDIR: Text(zh="是文件夹", en="is a folder"),
    errno.EEXIST: Text(zh="已经存在", en="exists already"),
    errno.ENAMETOOLONG: Text(zh="文件名过长", en="the name is too long"),
    errno.ELOOP: Text(zh="符号链接成环", en="symbolic links run in a circle"),
    errno.ENOSPC: Text(zh="磁盘空间不足", en="no space is left on the disk"),
    errno.EDQUOT: Text(zh="超出磁盘配额", en="the disk quota is used up"),
    errno.EROFS: Text(zh="文件系统只读", en="the file system is read-only"),
    errno.EIO: Text(zh="读写出错", en="reading or writing failed"),
    errno.EMFILE: Text(zh="打开的文件过多", en="too many files are open"),
}


def os_text(error: Exception) -> Text:
    """Return the message for an error; an unknown error number keeps the system's own message."""
    known = _WORDS.get(error.errno or 0) if isinstance(error, OSError) else None
    if known:
        return known
    own = getattr(error, "strerror", None) or type(error).__name__
    return Text(zh=own, en=own)
