// The board: cards are dragged with the mouse (touch and keyboard have each card's menu). A drop
// presses the menu's own button, so that there is one way to move an order. Where one had scrolled
// to survives a refetch, and nothing is refetched under a card in the hand.
(() => {
  const THRESHOLD = 5;
  const board = () => document.getElementById("board");
  let held = null;

  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".order-card[data-movable]");
    if (!card || event.button !== 0 || event.pointerType === "touch" || event.target.closest(".menu")) return;
    held = { card, x: event.clientX, y: event.clientY, lifted: null };
  });

  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.lifted && Math.hypot(event.clientX - held.x, event.clientY - held.y) < THRESHOLD) return;
    if (!held.lifted) lift();
    held.lifted.style.left = `${event.clientX - held.dx}px`;
    held.lifted.style.top = `${event.clientY - held.dy}px`;
    const column = document.elementFromPoint(event.clientX, event.clientY)?.closest(".column");
    for (const other of board().querySelectorAll(".column")) other.classList.toggle("over", other === column);
    if (column && column !== held.card.closest(".column")) column.querySelector(".column-cards").prepend(held.card);
    nudge(event.clientX);
  });

  function lift() {
    const box = held.card.getBoundingClientRect();
    held.dx = held.x - box.left;
    held.dy = held.y - box.top;
    held.home = held.card.parentElement;
    held.before = held.card.nextElementSibling;
    held.lifted = held.card.cloneNode(true);
    held.lifted.removeAttribute("id");
    held.lifted.classList.add("lifted");
    document.body.append(held.lifted);
    held.card.classList.add("gap");
    document.body.classList.add("dragging");
  }

  // Near an edge the board comes to meet the card.
  function nudge(x) {
    const { left, right } = board().getBoundingClientRect();
    if (x < left + 48) board().scrollLeft -= 14;
    if (x > right - 48) board().scrollLeft += 14;
  }

  function release(dropped) {
    const { card, lifted, home, before } = held;
    held = null;
    if (!lifted) return;
    lifted.remove();
    card.classList.remove("gap");
    document.body.classList.remove("dragging");
    for (const column of board().querySelectorAll(".over")) column.classList.remove("over");
    const stage = card.closest(".column").dataset.stage;
    if (!dropped) { home.insertBefore(card, before); return; }
    if (stage === card.dataset.stage) return;
    const form = card.querySelector(".order-move form");
    // htmx knows a submitting button only by its click, so the stage travels in a field of its own.
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: "stage", value: stage, className: "dropped" });
    form.append(chosen);
    form.requestSubmit();
  }

  document.addEventListener("pointerup", () => { if (held) swallow(held.lifted) || release(true); });
  document.addEventListener("pointercancel", () => { if (held) release(false); });
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape" && held) release(false); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".order-card")) event.preventDefault(); });

  // The click that ends a drag opens nothing.
  function swallow(lifted) {
    if (!lifted) return false;
    const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
    document.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", stop, true));
    return false;
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const move = detail.elt.closest?.(".order-move");
    if (move) move.open = false;
    move?.querySelector(".dropped")?.remove();
    if (move && !(detail.xhr.status >= 200 && detail.xhr.status < 400)) document.body.dispatchEvent(new Event("orders"));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (held?.lifted && event.detail.elt.id === "board") event.preventDefault();
  });

  let places = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "board") return;
    places = { left: board().scrollLeft, tops: {} };
    for (const column of board().querySelectorAll(".column"))
      places.tops[column.dataset.stage] = column.querySelector(".column-cards").scrollTop;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!places || !board()) return;
    board().scrollLeft = places.left;
    for (const column of board().querySelectorAll(".column"))
      column.querySelector(".column-cards").scrollTop = places.tops[column.dataset.stage] || 0;
    places = null;
  });
})();
