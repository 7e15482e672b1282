// Messages and cards, and what their buttons do.
import { $, here, el, post, key, nameOf, notice, dayOf, timeNode, words } from "./core.js";
import { openForm } from "./form.js";

// answer shows what the desk said to what this person did by the call from.
export function answer(reply, from) {
  if (reply.message) {
    const m = reply.message;
    if (m.in === here.place && m.thread && m.thread !== here.thread) openThread(m.thread);
    upsert(m);
    nodeOf(m.id)?.scrollIntoView({ block: "nearest" });
  }
  if (reply.refusal && !reply.message?.text.includes(reply.refusal.text)) notice(reply.refusal.text);
  if (reply.errors) notice(Object.values(reply.errors).join(" "));
  if (reply.form) openForm(reply.form, from);
}

// send does something once: again, the key is the same. False if it was refused.
async function send(path, body) {
  const who = here.as;
  let refused = false;
  const reply = await post(path, body, (text, lost) => {
    refused = !lost;
    const what = body.text ? `“${body.text.length > 40 ? body.text.slice(0, 39) + "…" : body.text}”: ` : "";
    notice(what + text, lost && "Try again", () => send(path, body));
  });
  if (reply && who === here.as) answer(reply, { path, body });
  return !refused;
}

export function say(text, inThread) {
  const body = { as: here.as, in: here.place, text, key: key() };
  return send("/api/say", inThread ? { ...body, thread: inThread } : body);
}

let pressed = ""; // the button before

async function press(button, message, action, value) {
  // Not disabled, which would lose the focus, also for a form that opens now.
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  await send("/api/press", { as: here.as, message: message.id, action: action.action, value, key: key() });
  button.ariaBusy = null;
  if (document.activeElement !== document.body) return;
  const card = nodeOf(message.id); // perhaps drawn anew
  (button.isConnected ? button : card?.querySelector(`[data-action="${CSS.escape(action.action)}"]`) || card)?.focus({ preventScroll: true });
}

// ---- messages and cards ----

export const number = (id) => Number(id.slice(1));
const nodeOf = (id) => document.querySelector(`[data-id="${CSS.escape(id)}"]`);

export function avatar(name) {
  const letters = name.split(/\s+/).map((w) => w[0]).slice(0, 2).join("").toUpperCase();
  let hue = 0;
  for (const c of name) hue = (hue * 31 + c.codePointAt(0)) % 6;
  return el("span", { className: name === "Deskbell" ? "face bell" : "face", ariaHidden: "true", textContent: letters, data: { hue } });
}

function messageNode(m, withThread) {
  const name = nameOf(m.from);
  const own = m.to && !here.place.startsWith("dm-");
  const head = el("div", { className: "head" }, el("b", { textContent: name }),
    m.from === "deskbell" ? el("span", { className: "app", textContent: "APP" }) : null, timeNode(m.at, "message"));
  const node = el("li", { className: "message", tabIndex: -1, data: { id: m.id, at: m.at, from: m.from } }, avatar(name),
    el("div", { className: "body" }, head, own ? el("p", { className: "only", textContent: here.look === "discord" ? "Only you can see this" : "Only visible to you" }) : null,
      m.text ? words("p", "text", m.text, m.spans) : null, m.card ? cardNode(m) : null,
      withThread ? threadLink(m) : null));
  if (own) node.classList.add("private");
  if (m.notify?.includes(here.as)) node.classList.add("for-me");
  return node;
}

// What one message holds there. Slack: a section's text, and a row a section
// with one accessory or an actions block below it. Discord: text in all, and
// components, of which a row takes three with one button, else two and one a
// button (docs of Block Kit and of Discord's components).
const HOLDS = {
  slack: { name: "Slack", text: 3000, blocks: 50, row: (n) => n > 1 ? 2 : 1 },
  discord: { name: "Discord", text: 4000, blocks: 40, row: (n) => n === 1 ? 3 : 2 + n },
};

function cardNode(m) {
  const c = m.card, holds = HOLDS[here.look];
  const card = el("div", { className: "card" });
  if (c.title) card.append(words("div", "card-title", c.title, c.title_spans));
  const cut = c.text.length > holds.text;
  if (c.text) card.append(cut ? words("div", "card-text", c.text.slice(0, holds.text - 7) + "… (cut)") : words("div", "card-text", c.text, c.spans));
  if (c.fields.length) {
    card.append(el("dl", {}, ...c.fields.map((f) => el("div", {}, el("dt", { textContent: f.name }), words("dd", "", f.value, f.spans)))));
  }
  if (c.image) card.append(el("a", { href: c.image.url, target: "_blank" }, el("img", { src: c.image.url, alt: c.image.alt })));
  let left = holds.blocks - 4 - c.actions.length;
  const rows = c.rows.filter((r) => (left -= holds.row(r.actions.length)) >= 0);
  if (rows.length) {
    card.append(el("ul", { className: "rows" }, ...rows.map((r) =>
      el("li", { className: r.actions.length > 1 ? "stacked" : "" }, words("span", "row-text", r.text, r.spans), actionsNode(m, r.actions)))));
  }
  if (rows.length < c.rows.length) {
    card.append(el("p", { className: "hint", textContent: `A message on ${holds.name} holds no more; ${c.rows.length - rows.length} rows would be on the next page.` }));
  }
  card.append(actionsNode(m, c.actions) || "");
  return card;
}

function actionsNode(m, actions) {
  if (!actions.length) return null;
  return el("div", { className: "actions" }, ...actions.map((a) => a.options ? menuNode(m, a) : buttonNode(m, a)));
}

const marks = (a) => ({ action: a.action, value: a.value, verb: a.verb, ticket: a.ticket });

function buttonNode(m, a) {
  const b = el("button", { className: "act " + a.style, textContent: a.label, data: marks(a) });
  b.onclick = (e) => {
    const same = m.id + " " + a.action;
    if (e.detail > 1 && pressed === same) return; // the second of a double click
    pressed = same;
    press(b, m, a, a.value);
  };
  return b;
}

function menuNode(m, a) {
  const list = el("div", { className: "menu-list", hidden: true });
  const b = el("button", { className: "act menu " + a.style, textContent: a.label, ariaExpanded: "false", data: marks(a) });
  const wrap = el("div", { className: "menu-wrap" }, b, list);
  for (const o of a.options) {
    list.append(el("button", { textContent: o.label, data: { value: o.value }, onclick: () => { toggle(false); b.focus(); press(b, m, a, o.value); } }));
  }
  const toggle = (open) => {
    list.hidden = !open;
    b.ariaExpanded = String(open);
    if (!open) return;
    const log = wrap.closest(".log"), low = log.getBoundingClientRect().bottom - b.getBoundingClientRect().bottom;
    list.classList.toggle("up", low < list.offsetHeight + 8 && b.getBoundingClientRect().top - log.getBoundingClientRect().top > list.offsetHeight);
    list.scrollIntoView({ block: "nearest" });
    list.firstChild.focus();
  };
  b.onclick = () => toggle(list.hidden);
  wrap.onkeydown = (e) => {
    if (e.key === "Escape" && !list.hidden) { toggle(false); b.focus(); }
    const step = { ArrowDown: "nextSibling", ArrowUp: "previousSibling" }[e.key];
    if (step && list.contains(document.activeElement)) { document.activeElement[step]?.focus(); e.preventDefault(); }
  };
  wrap.addEventListener("focusout", (e) => { if (!wrap.contains(e.relatedTarget)) toggle(false); });
  return wrap;
}

function threadLink(m) {
  const n = here.replies.get(m.id)?.size;
  if (!n) return null;
  return el("button", { className: "thread-link", textContent: n === 1 ? "1 reply" : n + " replies", onclick: () => openThread(m.id) });
}

// keep takes m in, new or changed, unless something newer is known already.
function keep(m) {
  const was = here.messages.get(m.id);
  if (m.in !== here.place || (was && was.rev >= m.rev)) return false;
  here.messages.set(m.id, m);
  if (m.thread) here.replies.set(m.thread, (here.replies.get(m.thread) || new Set()).add(m.id));
  return true;
}

// showAll draws the place anew at once: one by one, each lays the page out.
export function showAll(list) {
  here.messages = new Map();
  here.replies = new Map();
  list.forEach(keep);
  const all = [...here.messages.values()].sort((a, b) => number(a.id) - number(b.id));
  $("messages").replaceChildren(...all.filter((m) => !m.thread).map((m) => messageNode(m, true)));
  $("replies").replaceChildren(...all.filter((m) => here.thread && (m.thread === here.thread || m.id === here.thread)).map((m) => messageNode(m, false)));
  for (const list of [$("messages"), $("replies")]) for (const node of list.children) join(node);
}

export const redraw = () => showAll([...here.messages.values()]);

// upsert shows m, new or changed.
export function upsert(m) {
  const was = here.messages.get(m.id);
  if (!keep(m)) return;
  if (m.thread) {
    if (m.thread === here.thread) put($("replies"), m, false);
    const root = here.messages.get(m.thread);
    if (root && !was) put($("messages"), root, true);
  } else {
    put($("messages"), m, true);
    if (m.id === here.thread) put($("replies"), m, false);
  }
  $("empty").hidden = here.messages.size > 0;
}

function put(list, m, withThread) {
  const node = messageNode(m, withThread);
  const old = list.querySelector(`:scope > [data-id="${CSS.escape(m.id)}"]`);
  if (old) {
    const active = old.contains(document.activeElement) && document.activeElement;
    const held = active && (active.closest(".menu-wrap")?.firstChild || active).dataset;
    old.replaceWith(node);
    join(node);
    if (held) {
      const same = held.action && node.querySelector(`[data-action="${CSS.escape(held.action)}"], [data-verb="${CSS.escape(held.verb)}"]`);
      (same || node).focus({ preventScroll: true });
    }
    return;
  }
  const log = list.parentElement;
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  let after = list.lastElementChild;
  while (after && number(after.dataset.id) > number(m.id)) after = after.previousElementSibling;
  after ? after.after(node) : list.prepend(node);
  join(node);
  if (node.nextElementSibling) join(node.nextElementSibling);
  if (low) log.scrollTop = log.scrollHeight;
}

// join sets off a message that begins a day, and joins one to that before it
// if the same spoke within five minutes.
function join(node) {
  const before = node.previousElementSibling;
  const at = new Date(node.dataset.at), was = before && new Date(before.dataset.at);
  const day = dayOf(at);
  node.querySelector(":scope > .day")?.remove();
  if (!was || dayOf(was) !== day) node.prepend(el("p", { className: "day", textContent: day }));
  else if (before.dataset.from === node.dataset.from && at - was < 300000) return node.classList.add("joined");
  node.classList.remove("joined");
}

function openThread(id) {
  here.thread = id;
  $("thread").hidden = false;
  $("thread").parentElement.classList.add("open");
  $("replies").replaceChildren();
  for (const m of here.messages.values()) if (m.id === id || m.thread === id) put($("replies"), m, false);
}

export function closePane(section) {
  section.hidden = true;
  if (section.id === "thread") here.thread = "";
  if (section.id === "mail") $("mail-button").ariaExpanded = "false";
  if ($("thread").hidden && $("mail").hidden) section.parentElement.classList.remove("open");
}
