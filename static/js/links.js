// A link stays a link: with Ctrl, Cmd, Shift or Alt held, the browser does what it always does.
document.addEventListener("click", (event) => {
  const held = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (held && event.target.closest("a[href]")) event.stopImmediatePropagation();
}, true);
