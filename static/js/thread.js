// The thread stays at its end unless its reader scrolled up; then a pill says there is news.
(() => {
  const scroller = () => document.getElementById("thread-scroll");
  const pill = () => document.getElementById("to-end");
  const ids = () => new Set([...document.querySelectorAll("#bubbles > [id]")].map(({ id }) => id));
  let atEnd = true, known = new Set(), distance = 0, opened;

  const gap = () => { const box = scroller(); if (!box) return 0; return box.scrollHeight - box.scrollTop - box.clientHeight; };
  const toEnd = () => { if (scroller()) scroller().scrollTop = scroller().scrollHeight; };

  function label(fresh) {
    const words = pill().querySelector("span");
    words.textContent = fresh ? words.dataset.new : words.dataset.plain;
  }

  function watch() {
    const box = scroller();
    if (!box || box.dataset.watched) return;
    box.dataset.watched = "yes";
    known = ids();
    label(false);
    toEnd();
    atEnd = true;
    box.addEventListener("scroll", () => {
      atEnd = gap() < 60;
      if (atEnd) label(false);
      pill().hidden = gap() < 240;
    }, { passive: true });
    new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(box);
    box.addEventListener("load", () => { if (atEnd) toEnd(); }, true); // an image that arrived
    pill().addEventListener("click", () => { toEnd(); label(false); });
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!scroller()) return;
    opened = detail.target.id === "bubbles" ? "refetch" : detail.target.matches?.(".older") ? "older" : null;
    distance = scroller().scrollHeight - scroller().scrollTop;
  });

  document.addEventListener("htmx:afterSwap", () => {
    watch();
    if (!opened || !scroller()) return;
    const fresh = [...ids()].filter((id) => !known.has(id));
    if (opened === "older") scroller().scrollTop = scroller().scrollHeight - distance;
    else {
      for (const id of fresh) document.getElementById(id).classList.add("is-new");
      if (atEnd) toEnd();
      else if (fresh.length) { label(true); pill().hidden = false; }
    }
    known = ids();
    opened = null;
  });

  // A refetch asks for what is on the screen, earlier pages included, and says whether anybody looks.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt.id !== "bubbles") return;
    const first = document.querySelector("#bubbles > .line[id]");
    if (first) detail.parameters.from = first.id.slice(2);
    if (!document.hidden) detail.parameters.seen = "1";
  });

  document.addEventListener("line-added", () => { toEnd(); atEnd = true; });
  document.addEventListener("DOMContentLoaded", watch);
  watch();
})();
