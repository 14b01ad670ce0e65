// data-copy="text" copies it and says so; data-select selects its text on focus.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = button.parentElement.querySelector("[data-select]");
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { field?.select(); return; }
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied } }));
});
document.addEventListener("focusin", ({ target }) => { if (target.matches("[data-select]")) target.select(); });
