/** The reader's theme, set before the page is painted; for pages whose `<html>` is not ours (the admin). */
const chosen = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1];
if (chosen) document.documentElement.dataset["theme"] = chosen;
