// The sandbox. The server keeps all there is to know of a rehearsal; here are only the clock that
// runs between two questions to it, the bar between chat and panels, and panels that are dragged.
// data-now, data-at and data-due are seconds of the rehearsal's own clock.
const root = document.getElementById("sandbox");
const $ = (id) => document.getElementById(id);
const token = () => JSON.parse(document.body.getAttribute("hx-headers"));
const say = (words) => { $("sb-said").textContent = words; };

// --- The clock -----------------------------------------------------------------------------------
// It stands at what the server said last, plus what has passed here since, times the rate. What has
// passed is sent with the next words, when a timer is due, or when the clock is stopped.

const clock = { base: 0, since: 0, playing: false, busy: 0, asked: false, spoke: false };
const mine = Boolean($("sb-say")); // somebody else's rehearsal is only looked at
const shown = new Set(); // replies that were seen: they never hide again
const rate = () => Number($("sb-rate")?.value) || 1;
const elapsed = () => (clock.playing && !clock.busy ? ((performance.now() - clock.since) / 1000) * rate() : 0);
const now = () => clock.base + elapsed();
const dues = () => [...document.querySelectorAll("#sb-next [data-due]")].map(({ dataset }) => Number(dataset.due));
const hidden = () => [...document.querySelectorAll("#sb-talk .sb-line[hidden]")];

const hour = new Intl.DateTimeFormat(root.dataset.language, { timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(root.dataset.language, { timeZone: root.dataset.zone, weekday: "short", day: "numeric", month: "short" });
const two = (number) => String(number).padStart(2, "0");

function left(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function freeze() { // what has passed so far is counted; from here the rate may change
  clock.base = now();
  clock.since = performance.now();
}

function taken() { // a fresh chat came from the server
  clock.base = Number($("sb-talk").dataset.now);
  clock.since = performance.now();
  clock.asked = false;
  for (const line of document.querySelectorAll("#sb-talk .sb-line[data-at]")) {
    const comes = line.dataset.fate === "coming" && Number(line.dataset.at) > clock.base;
    if (comes && clock.playing && !shown.has(line.id)) { line.hidden = true; line.classList.remove("coming"); }
    else shown.add(line.id);
    // Who is in no hurry has read everything before they speak again.
    if (comes && !clock.playing && $("sb-talk").dataset.paced === undefined) line.classList.remove("coming");
  }
  paint();
  toEnd();
}

function paint() {
  const at = now();
  const date = new Date(at * 1000);
  $("sb-time").textContent = hour.format(date);
  $("sb-day").textContent = day.format(date);
  for (const mark of root.querySelectorAll("[data-due]")) mark.textContent = left(Number(mark.dataset.due) - at);
  let news = false;
  for (const line of hidden()) {
    if (Number(line.dataset.at) > at) continue;
    line.hidden = false;
    line.classList.add("fresh");
    shown.add(line.id);
    news = true;
  }
  const typing = $("sb-typing");
  typing.hidden = !(clock.busy > 0 && clock.spoke) && !hidden().length;
  typing.classList.toggle("still", !clock.playing && !clock.busy);
  tell();
  if (news) toEnd();
}

// New lines are read out as they come; what was there when the page opened is not.
const told = new Set();
function tell() {
  const fresh = [...document.querySelectorAll("#sb-talk > [data-tell]:not([hidden])")].filter(({ id }) => !told.has(id));
  for (const { id } of fresh) told.add(id);
  if (fresh.length) say(fresh.map((line) => (line.querySelector(".sb-text") || line).textContent.trim()).join("\n"));
}

function tick() {
  if (!clock.playing || clock.busy) return;
  paint();
  const due = Math.min(...dues());
  if (due > now() || clock.asked) return;
  clock.asked = true;
  pass(Math.max(0, due - Number($("sb-talk").dataset.now)));
}

function pass(seconds) {
  $("sb-tick").elements.seconds.value = seconds.toFixed(3);
  $("sb-tick").requestSubmit();
}

function play(on) {
  if (on === clock.playing) return;
  if (!on) freeze();
  clock.playing = on;
  clock.since = performance.now();
  $("sb-play").setAttribute("aria-pressed", String(on));
  $("sb-play-word").textContent = on ? $("sb-play").dataset.pause : $("sb-play").dataset.play;
  paint();
  const passed = clock.base - Number($("sb-talk").dataset.now);
  if (!on && passed > 0 && !clock.busy) pass(passed);
}

// Words and jumps carry the time that has passed here; a jump of who plays on does not wait for
// the replies to be read.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form");
  if (!form || !root.contains(form)) return;
  const passed = now() - Number($("sb-talk").dataset.now);
  const moved = clock.playing || passed > 0 || hidden().length > 0;
  if ((form.id === "sb-say" || form.matches("[data-jump]")) && moved) detail.parameters.elapsed = passed.toFixed(3);
  if (form.matches("[data-jump]") && clock.playing) delete detail.parameters.settle;
});

const toServer = (detail) => root.contains(detail.elt) && detail.target?.id === "sb-talk";
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (!toServer(detail)) return;
  freeze();
  clock.busy += 1;
  clock.spoke = detail.elt.id === "sb-say";
  paint();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!toServer(detail)) return;
  clock.busy = Math.max(0, clock.busy - 1);
  clock.since = performance.now();
  clock.spoke = false;
  if (!detail.successful && detail.xhr.status !== 422) play(false); // the server stumbled: do not go on asking
  if (detail.xhr.status === 422) play(false);
  paint();
});

// --- Words ---------------------------------------------------------------------------------------

const box = () => $("sb-text");
let flying = "";

const toEnd = () => { $("sb-talk").scrollTop = $("sb-talk").scrollHeight; };
let atEnd = true; // it stays there when the chat gets another width, unless its reader scrolled up
document.addEventListener("scroll", ({ target }) => {
  if (target.id === "sb-talk") atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 60;
}, { capture: true, passive: true });
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe($("sb-chat"));

document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (matchMedia("(pointer: coarse) and (hover: none)").matches) return;
  event.preventDefault();
  if (!clock.busy) $("sb-say").requestSubmit();
});

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.elt.id !== "sb-say") return;
  const quick = detail.requestConfig.parameters.quick;
  flying = quick ? "" : box().value;
  if (!quick) box().value = "";
  const words = quick || flying;
  if (!words.trim()) return;
  const line = document.createElement("li");
  line.className = "sb-line mine waiting";
  const bubble = document.createElement("div");
  bubble.className = "sb-bubble";
  const text = document.createElement("span");
  text.className = "sb-text";
  text.textContent = words;
  bubble.append(text);
  line.append(bubble);
  $("sb-typing").before(line);
  paint();
  toEnd();
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id !== "sb-say") return;
  const accepted = detail.xhr.status >= 200 && detail.xhr.status < 400;
  if (!accepted) {
    for (const line of document.querySelectorAll(".sb-line.waiting")) line.remove();
    if (flying && !box().value) box().value = flying;
  } else if (detail.elt.elements.kind) detail.elt.elements.kind.value = "text";
  flying = "";
});

// A menu closes when one of its entries was chosen, and keeps the focus.
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const menu = detail.elt.closest?.("#sandbox details.menu[open]");
  if (!menu) return;
  menu.querySelector("summary").focus();
  menu.open = false;
});

// --- What somebody is typing into a panel outlives what the server sends --------------------------

const drafts = new Map();
let opened = [];

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-draft]")) target.dataset.dirty = "yes";
  const pair = target.dataset?.pair && $(target.dataset.pair);
  if (pair) { pair.value = target.value; pair.dataset.dirty = "yes"; }
});
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const form = detail.elt.closest?.(".sb-panel-body");
  for (const field of form?.querySelectorAll("[data-draft]") || []) delete field.dataset.dirty;
});
document.addEventListener("htmx:beforeSwap", () => {
  for (const field of document.querySelectorAll("[data-draft][data-dirty]")) drafts.set(field.id, field.value);
  opened = [...document.querySelectorAll("#sb-side details[open][id]")].map(({ id }) => id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const [id, text] of drafts) {
    const field = $(id);
    if (!field || field.value === text) continue;
    field.value = text;
    field.dataset.dirty = "yes";
    const stale = field.form?.querySelector("[data-stale]");
    if (stale) stale.hidden = false;
  }
  drafts.clear();
  for (const id of opened) if ($(id)) $(id).open = true;
  opened = [];
});

// --- The bar between chat and panels ----------------------------------------------------------------

const bar = $("sb-bar"), split = $("sb-split");
let saving;

function widen(percent, final) {
  const width = Math.min(70, Math.max(35, Math.round(percent / 5) * 5));
  split.dataset.split = String(width);
  bar.setAttribute("aria-valuenow", String(width));
  if (!final) return;
  clearTimeout(saving);
  saving = setTimeout(() => {
    const body = new URLSearchParams({ split: String(width) });
    fetch(root.dataset.arrangeUrl, { method: "POST", headers: token(), body, keepalive: true }).catch(() => {});
  }, 300);
}

bar.addEventListener("pointerdown", (event) => {
  bar.setPointerCapture(event.pointerId);
  bar.classList.add("held");
});
bar.addEventListener("pointermove", (event) => {
  if (!bar.hasPointerCapture(event.pointerId)) return;
  const { left: edge, width } = split.getBoundingClientRect();
  widen(((event.clientX - edge) / width) * 100, false);
});
for (const name of ["pointerup", "pointercancel"])
  bar.addEventListener(name, () => { bar.classList.remove("held"); widen(Number(split.dataset.split), true); });
bar.addEventListener("keydown", (event) => {
  const here = Number(split.dataset.split);
  const there = { ArrowLeft: here - 5, ArrowRight: here + 5, Home: 35, End: 70 }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  widen(there, true);
});

// --- Panels are dragged by their grip, or opened by dragging a tab; buttons do the same ---------------

const THRESHOLD = 5;
let held = null;

document.addEventListener("pointerdown", (event) => {
  const from = event.target.closest(".sb-grip, .sb-tabs button");
  if (!from || event.button !== 0 || !$("sb-side").contains(from)) return;
  const name = (from.closest(".sb-panel") || from).dataset.panel;
  held = { name, from, x: event.clientX, y: event.clientY, lifted: null };
});

document.addEventListener("pointermove", (event) => {
  if (!held) return;
  if (!held.lifted && Math.hypot(event.clientX - held.x, event.clientY - held.y) < THRESHOLD) return;
  if (!held.lifted) lift();
  held.lifted.style.transform = `translate(${event.clientX + 10}px, ${event.clientY + 6}px)`;
  held.place = placeAt(event.clientX, event.clientY);
  $("sb-panels").classList.toggle("over", held.place !== null);
});

function lift() {
  held.lifted = document.createElement("div");
  held.lifted.className = "sb-lifted";
  held.lifted.textContent = $(`sb-tab-${held.name}`).textContent;
  document.body.append(held.lifted);
  document.body.classList.add("sb-dragging");
  $(`sb-panel-${held.name}`)?.classList.add("held");
}

function placeAt(x, y) { // how many other panels stand before this point; null outside
  const area = $("sb-panels").getBoundingClientRect();
  if (x < area.left || x > area.right || y < area.top || y > area.bottom) return null;
  const others = [...document.querySelectorAll(".sb-panel")].filter(({ dataset }) => dataset.panel !== held.name);
  return others.filter((panel) => {
    const box = panel.getBoundingClientRect();
    const beside = others.length > 0 && box.width < area.width - 2;
    return beside ? box.left + box.width / 2 < x : box.top + box.height / 2 < y;
  }).length;
}

function drop(kept) {
  const { name, lifted, place } = held;
  held = null;
  if (!lifted) return;
  lifted.remove();
  document.body.classList.remove("sb-dragging");
  $("sb-panels").classList.remove("over");
  $(`sb-panel-${name}`)?.classList.remove("held");
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, true));
  if (!kept || place === null || place === undefined) return;
  const order = [...document.querySelectorAll(".sb-panel")].map(({ dataset }) => dataset.panel).filter((other) => other !== name);
  if (order.length >= 3) order.splice(place === 3 ? 2 : place, 1);
  order.splice(place, 0, name);
  const values = { order: order.slice(0, 3).join() };
  htmx.ajax("POST", root.dataset.arrangeUrl, { target: "#sb-side", swap: "outerHTML", values });
  say(`${$(`sb-tab-${name}`).textContent}: ${root.dataset.wordMoved} ${order.indexOf(name) + 1}`);
}

document.addEventListener("pointerup", () => { if (held) drop(true); });
document.addEventListener("pointercancel", () => { if (held) drop(false); });
document.addEventListener("keydown", ({ key }) => { if (key === "Escape" && held) drop(false); });

// A panel that was moved keeps the focus; the button that moved it may be gone at the end of the row.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "sb-side") return;
  const asked = detail.requestConfig?.parameters || {};
  const name = asked.up || asked.down;
  if (!name) return;
  const order = [...document.querySelectorAll(".sb-panel")].map(({ dataset }) => dataset.panel);
  say(`${$(`sb-tab-${name}`).textContent}: ${root.dataset.wordMoved} ${order.indexOf(name) + 1}`);
  const button = $(`sb-${asked.up ? "up" : "down"}-${name}`) || $(`sb-${asked.up ? "down" : "up"}-${name}`);
  button?.focus();
});

// --- Begin ------------------------------------------------------------------------------------------

document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target?.id === "sb-talk" || detail.elt?.id === "sb-talk") taken(); });
if (mine) {
  $("sb-play").hidden = $("sb-rate").hidden = false;
  $("sb-play").addEventListener("click", () => play(!clock.playing));
  let before = $("sb-rate").value;
  $("sb-rate").addEventListener("change", () => { // what has passed, passed at the rate there was
    const wanted = $("sb-rate").value;
    $("sb-rate").value = before;
    if (clock.playing) freeze();
    $("sb-rate").value = before = wanted;
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) play(false); });
  setInterval(tick, 100);
}
for (const { id } of document.querySelectorAll("#sb-talk > [data-tell]")) told.add(id);
taken();
if (matchMedia("(pointer: fine)").matches) box()?.focus({ preventScroll: true });
