// Light or dark: the system's wish, unless this browser remembers another.
// Runs before the first paint; everything else may wait.
(() => {
  const root = document.documentElement;
  const chosen = () => {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const apply = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  };

  apply(chosen());
  document.addEventListener("DOMContentLoaded", () => apply(chosen()));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-theme-choice]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.themeChoice); } catch { /* private window */ }
    apply(button.dataset.themeChoice);
  });
  addEventListener("storage", ({ key }) => { if (key === "theme") apply(chosen()); });
})();
