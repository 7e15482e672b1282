// What the page knows, how it asks the server, and how it writes text and time.
// Everything shown goes through textContent.

export const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);

export const here = {
  as: query.get("as") || $("as").value,
  place: query.get("in") || "desk",
  look: query.get("look") === "discord" ? "discord" : "slack",
  thread: "", // the root of the open one
  face: null, // the desk's clock
  people: [],
  channels: [],
  messages: new Map(),
  replies: new Map(), // of a thread's root, their ids
};

export const nameOf = (handle) => handle === "deskbell" ? "Deskbell" : here.people.find((p) => p.handle === handle)?.name || handle;

export function el(tag, props, ...children) {
  const { data, ...rest } = props || {};
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, data);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

// ---- calls ----

export async function get(path) {
  const res = await fetch(path);
  const body = await res.json();
  if (!res.ok) throw new Error(body.error);
  return body;
}

// post gives the answer, or null after telling why there is none; lost says
// that what was asked may have been done all the same.
export async function post(path, body, tell = (text) => notice(text)) {
  let res;
  try {
    res = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    tell("The desk did not answer, so it is not known whether this was done.", true);
    return null;
  }
  const reply = await res.json().catch(() => ({ error: "The answer could not be read." }));
  if (res.ok) return reply;
  tell(reply.error, false);
  return null;
}

export const key = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

// notice says something above the conversation. One that offers to try again
// stays until it is pressed or put away; others make room for the next.
export function notice(text, label, act) {
  for (const old of $("notice").children) if (old.firstChild.textContent === text) old.remove();
  const row = el("p", { className: label ? "" : "passing" }, el("span", { textContent: text }));
  const away = () => { row.remove(); $("notice").hidden = !$("notice").firstChild; };
  if (label) row.append(el("button", { textContent: label, onclick: () => { away(); act(); } }));
  row.append(el("button", { textContent: "✕", className: "close", ariaLabel: "Dismiss", onclick: away }));
  $("notice").querySelector(".passing")?.remove();
  $("notice").append(row);
  $("notice").hidden = false;
}

// ---- text and time ----

const format = (options, timeZone) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
const DAY = { weekday: "short", day: "numeric", month: "short" };
const HOUR = { hour: "2-digit", minute: "2-digit" };
const day = format(DAY);
const hour = format(HOUR);
export const full = format({ dateStyle: "full", timeStyle: "long" });

// stamp is "Mon 2 Mar 09:00", where the browser is or in the zone.
export const stamp = (t, zone) => format(DAY, zone).format(t).replace(",", "") + " " + format(HOUR, zone).format(t);

const whole = format({ weekday: "long", day: "numeric", month: "long" });
export const dayOf = (t) => whole.format(t).replace(",", "");

function span(minutes) {
  if (minutes < 60) return minutes + " min";
  const rest = minutes % 60;
  return Math.floor(minutes / 60) + " h" + (rest ? " " + rest + " min" : "");
}

function showTime(t, style) {
  const now = here.face ? new Date(here.face.now) : new Date();
  const away = Math.round((t - now) / 60000);
  if (style === "relative" && Math.abs(away) < 12 * 60) {
    if (away === 0) return "now";
    return away > 0 ? "in " + span(away) : span(-away) + " ago";
  }
  if (style === "time" || (style === "message" && day.format(t) === day.format(now))) return hour.format(t);
  return stamp(t);
}

export function timeNode(at, style) {
  const t = new Date(at);
  return el("time", { dateTime: at, title: full.format(t), textContent: showTime(t, style), data: { style } });
}

export function retime() {
  for (const node of document.querySelectorAll("time[data-style]")) {
    node.textContent = showTime(new Date(node.dateTime), node.dataset.style);
  }
}

export function words(tag, className, text, spans) {
  const node = el(tag, { className });
  for (const s of spans || [{ kind: "plain", text }]) node.append(piece(s));
  return node;
}

// What turns the direction of the words after it.
const turning = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]/;

function piece(s) {
  switch (s.kind) {
    case "bold": return el("strong", { textContent: s.text });
    case "code": return el("code", { textContent: s.text });
    case "quote": return el("span", { className: s.text.includes("\n") || s.text.length > 80 ? "said long" : "said", textContent: s.text });
    case "mention": return el("span", { className: s.ref === here.as ? "mention me" : "mention", textContent: "@" + nameOf(s.ref) });
    case "time": return timeNode(s.at, s.style);
    case "link":
      if (/^https?:\/\//i.test(s.ref)) return el("a", { href: s.ref, target: "_blank", rel: "noopener noreferrer", textContent: s.text });
  }
  return turning.test(s.text) ? el("bdi", { textContent: s.text }) : document.createTextNode(s.text);
}
