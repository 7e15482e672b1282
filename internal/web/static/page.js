// The playground's page: who acts where, what is at the left and on top, and the
// stream. After each (re)connection the server is asked for everything again.
import { $, here, el, get, post, nameOf, notice, stamp, full, timeNode, retime } from "./core.js";
import { avatar, showAll, redraw, upsert, say, closePane } from "./cards.js";
import { submitForm, putAside } from "./form.js";
import * as tour from "./tour.js";

const PAGE = 100; // messages fetched at first
let stream = null;
const awaited = []; // to be told when the place is there, however often it takes to connect

const count = (n) => n ? el("b", { className: "count", textContent: n, ariaLabel: n + " unread" }) : null;

// once draws only what has changed, so that an open list stays open.
const drawn = {};
function once(what, input, draw) {
  const now = JSON.stringify(input);
  if (drawn[what] === now) return;
  drawn[what] = now;
  draw();
}

function drawNav() {
  const { as, place, people, channels } = here;
  once("nav", { as, place, people, channels }, () => {
    const held = document.activeElement.dataset.nav;
    const me = people.find((p) => p.handle === as);
    const row = (c) => el("li", {}, el("button", {
      ariaCurrent: c.id === place ? "true" : null, data: { nav: "in " + c.id }, onclick: () => actAs(here.as, c.id),
    }, el("span", { textContent: c.direct ? c.name : "# " + c.name }), count(me?.unread[c.id])));
    const person = (p) => el("li", {}, el("button", {
      ariaCurrent: p.handle === as ? "true" : null, data: { nav: "as " + p.handle }, onclick: () => actAs(p.handle),
    }, avatar(p.name), el("span", { className: "who" }, el("span", { textContent: p.name }), el("small", { textContent: roles(p) })),
    count(Object.values(p.unread).reduce((a, b) => a + b, 0))));
    $("channels").replaceChildren(...channels.filter((c) => !c.direct).map(row));
    $("directs").replaceChildren(...channels.filter((c) => c.direct).map(row));
    $("people").replaceChildren(...people.map(person));
    const open = channels.find((c) => c.id === place);
    $("place").textContent = !open ? "…" : open.direct ? "Deskbell and " + nameOf(as) : "# " + open.name;
    if (held) document.querySelector(`[data-nav="${CSS.escape(held)}"]`)?.focus();
  });
}

const roles = (p) => p.roles?.join(", ") || "no role";

function drawPeople(list) {
  here.people = list;
  once("as", list.map((p) => [p.handle, p.name, p.roles]), () => {
    $("as").replaceChildren(...list.map((p) => el("option", { value: p.handle, textContent: `${p.name} (${roles(p)})` })));
  });
  $("as").value = here.as;
  drawNav();
  seenNow();
}

function seenNow() {
  const me = here.people.find((p) => p.handle === here.as);
  if (me?.unread[here.place] && document.visibilityState === "visible") post("/api/seen", { as: here.as, in: here.place }, () => {});
}

// actAs goes on as somebody in a place, of which the browser's Back comes back.
function actAs(handle, place) {
  if (!place) place = here.place.startsWith("dm-") ? "dm-" + handle : here.place;
  if (handle === here.as && place === here.place && stream) return closeNav();
  if (handle !== here.as) $("notice").replaceChildren(); // they were another's
  $("notice").hidden = !$("notice").firstChild;
  here.as = handle;
  here.place = place;
  history.pushState(null, "", address());
  return restart();
}

function drawClock(f) {
  here.face = f;
  const t = new Date(f.now);
  $("now").textContent = stamp(t, f.zone);
  $("now").dateTime = f.now;
  $("now").title = full.format(t) + " where you are";
  $("zone").textContent = f.zone;
  $("zone").hidden = stamp(t) === stamp(t, f.zone);
  retime();
}

function mailNode(m) {
  return el("li", { className: "mail" }, el("div", { className: "mail-to" }, el("span", { textContent: "To " + m.to }), timeNode(m.at, "message")),
    el("b", { textContent: m.subject }), el("p", { className: "text", textContent: m.text }));
}

// newMail counts what came since the mail was looked at; on a wide screen it is
// shown at once.
function newMail(n) {
  const b = $("mail-button").querySelector(".count");
  b.textContent = n && Number(b.textContent) + n;
  b.hidden = n === 0;
  if (n && !matchMedia("(max-width: 800px)").matches) showMail();
}

function showMail() {
  newMail(0);
  $("mail").hidden = false;
  $("mail").parentElement.classList.add("open");
  $("mail-button").ariaExpanded = "true";
}

function setLook(to) {
  here.look = to;
  document.documentElement.dataset.look = here.look;
  for (const b of document.querySelectorAll("button[data-look]")) b.ariaPressed = String(b.dataset.look === here.look);
  history.replaceState(null, "", address());
  redraw();
}

const address = () => "?" + new URLSearchParams({ as: here.as, in: here.place, look: here.look });

// ---- the stream ----

async function load(all) {
  const who = here.as, where = here.place;
  const q = new URLSearchParams({ as: here.as, in: here.place });
  if (!all) q.set("last", PAGE);
  const places = await get("/api/channels?as=" + encodeURIComponent(who));
  if (who === here.as && where === here.place && !places.some((p) => p.id === where)) {
    notice(`${nameOf(who)} sees no place called “${where}”.`);
    here.place = places[0].id;
    history.replaceState(null, "", address());
    return load(all);
  }
  const [list, mails] = await Promise.all([get("/api/messages?" + q), get("/api/mail")]);
  if (who !== here.as || where !== here.place) return;
  here.channels = places;
  // What came over the stream meanwhile may be newer than the list.
  const live = [...here.messages.values()].filter((m) => m.live);
  for (const id of ["log", "replies-log"]) $(id).ariaBusy = "true";
  showAll([...list, ...live]);
  if (here.thread && !here.messages.has(here.thread)) closePane($("thread"));
  for (const id of ["log", "replies-log"]) $(id).ariaBusy = "false";
  $("empty").hidden = here.messages.size > 0;
  $("earlier").hidden = all || list.length < PAGE;
  $("mails").replaceChildren(...mails.map(mailNode).reverse());
  $("no-mail").hidden = mails.length > 0;
  $("log").scrollTop = all ? 0 : $("log").scrollHeight;
  drawNav();
}

function connect() {
  stream?.close();
  stream = new EventSource("/events?as=" + encodeURIComponent(here.as));
  const mine = stream;
  const on = (name, f) => stream.addEventListener(name, (e) => { if (mine === stream) f(JSON.parse(e.data)); });
  on("hello", async (f) => {
    drawClock(f);
    here.messages = new Map();
    try { await load(false); $("gone").hidden = true; awaited.splice(0).forEach((f) => f()); tour.look(); } catch { if (mine === stream) setTimeout(connect, 1000); }
  });
  on("message", (m) => { upsert({ ...m, live: true }); tour.look(); });
  on("people", (list) => { drawPeople(list); tour.look(); });
  on("clock", (f) => { drawClock(f); tour.look(); });
  on("mail", (m) => { $("mails").prepend(mailNode(m)); $("no-mail").hidden = true; newMail(1); tour.look(); });
  stream.onerror = () => {
    if (mine !== stream) return;
    $("gone").hidden = false;
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => { if (mine === stream) connect(); }, 2000);
  };
}

function closeNav() {
  $("nav").classList.remove("open");
  $("menu").ariaExpanded = "false";
}

// restart shows the place as the person; it is done when all of it is there.
function restart() {
  closePane($("thread"));
  closeNav();
  $("dialog").close(); // somebody else's form is put aside
  here.channels = here.channels.filter((c) => !c.direct); // the direct ones are another's
  $("as").value = here.as;
  drawNav();
  connect();
  return new Promise((loaded) => awaited.push(loaded));
}

// ---- wiring ----

for (const [form, input, inThread] of [["composer", "text", false], ["thread-composer", "thread-text", true]]) {
  $(form).onsubmit = async (e) => {
    e.preventDefault();
    const text = $(input).value.trim();
    if (!text) return;
    $(input).value = "";
    if (!(await say(text, inThread && here.thread)) && !$(input).value) $(input).value = text;
  };
}
for (const b of document.querySelectorAll("[data-say]")) b.onclick = () => say(b.dataset.say);
for (const b of document.querySelectorAll("button[data-look]")) b.onclick = () => { setLook(b.dataset.look); closeNav(); };
for (const b of document.querySelectorAll(".clock button")) {
  b.onclick = async () => {
    const all = document.querySelectorAll(".clock button");
    for (const x of all) x.disabled = true;
    await post("/api/clock", b.dataset.advance ? { advance: b.dataset.advance } : { to: here.face[b.dataset.to] });
    for (const x of all) x.disabled = false;
    b.focus();
  };
}
for (const b of document.querySelectorAll(".pane .close")) b.onclick = () => closePane(b.closest(".pane"));
$("as").onchange = () => actAs($("as").value);
$("earlier").onclick = () => load(true).catch((e) => notice(e.message));
$("menu").onclick = () => { $("menu").ariaExpanded = String($("nav").classList.toggle("open")); };
$("nav").addEventListener("focusout", (e) => {
  if (e.relatedTarget && e.relatedTarget !== $("menu") && !$("nav").contains(e.relatedTarget)) closeNav();
});
$("mail-button").onclick = () => { $("mail").hidden ? showMail() : closePane($("mail")); };
$("form").onsubmit = (e) => { e.preventDefault(); submitForm(); };
$("cancel").onclick = () => $("dialog").close();
$("dialog").addEventListener("close", () => {
  putAside();
  if (document.activeElement === document.body) $("log").focus({ preventScroll: true });
});
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && $("nav").classList.contains("open")) { closeNav(); $("menu").focus(); }
});
document.addEventListener("visibilitychange", seenNow);
// Whoever reads the newest message goes on reading it when the log gets smaller.
let low = true;
$("log").onscroll = () => { low = $("log").scrollHeight - $("log").scrollTop - $("log").clientHeight < 80; };
new ResizeObserver(() => { if (low) $("log").scrollTop = $("log").scrollHeight; }).observe($("log"));
setLook(here.look);
if (![...$("as").options].some((o) => o.value === here.as)) here.as = $("as").value;
window.onpopstate = () => {
  const q = new URLSearchParams(location.search);
  here.as = q.get("as") || here.as;
  here.place = q.get("in") || "desk";
  restart();
};
restart().then(() => tour.start(actAs));
