// The tour: seven steps through one ticket's life. Each sets its scene with
// commands that anybody could type, asks for one press, and goes on when the
// desk says that it is done. Where it stands is kept in the browser.
import { $, here, el, get, post, key, nameOf } from "./core.js";
import { number } from "./cards.js";

const SUMMARY = "Nobody at the front desk can log in";
const KEPT = "deskbell-tour";
let at = { step: -1 }; // -1 offered, 0…6, 7 the end, 8 over; IN is who is intake
let go = null; // acts as somebody in a place
let busy = false; // looking
let setting = false; // the scene, so that nothing can be pressed yet
let again = false; // something happened meanwhile

let unset = false; // the scene could not be set: the desk was away

async function say(as, text, where = "desk") {
  let away = false;
  await post("/api/say", { as, in: where, text, key: `${at.run}/${at.step}/${text}` }, (_, lost) => { away = lost; });
  if (away) throw new Error("the desk is away");
}
const ticket = () => get("/api/tickets/" + at.ticket);
const seen = (as, where) => get("/api/messages?" + new URLSearchParams({ as, in: where, last: 50 }));
const actions = (m) => m.card ? [...m.card.actions, ...m.card.rows.flatMap((r) => r.actions)] : [];
const offers = (m, verb) => actions(m).some((a) => a.verb === verb);
const ours = (m) => m.card && (m.card.title + m.card.text).includes(SUMMARY);

// last is the newest button of a verb, of the ticket if there is one yet.
const last = (verb) => [...document.querySelectorAll(`#messages .act[data-verb="${verb}"]` + (at.ticket ? `[data-ticket="${at.ticket}"]` : ""))].at(-1);

// first is the first button of the verb on the newest card that has one.
const first = (verb) => last(verb)?.closest(".actions").querySelector(`[data-verb="${verb}"]`);

const steps = [
  {
    title: "A client asks the technician directly",
    why: "Tess was stopped in the corridor and typed /ticket new. Deskbell refuses: only the intake member on duty opens clients' tickets, so that nothing comes in by the side door. It offers the way that works.",
    after: "Below is a kind sentence for the client, and Tess goes on with her work. She will hear what becomes of it.",
    press: "Press Hand to intake, then Submit.",
    as: "tech", in: "desk",
    scene: () => say("tech", "/ticket new " + SUMMARY),
    target: () => last("hand"),
    skip: () => say("tech", "/desk hand " + SUMMARY),
    done: async () => { // by then somebody else may be on duty
      for (const p of here.people.filter((p) => p.roles?.includes("intake"))) {
        const m = (await seen(p.handle, "dm-" + p.handle)).findLast((m) => ours(m) && offers(m, "accept"));
        if (m) Object.assign(at, { handed: m.id, intake: p.handle });
      }
      return Boolean(at.handed);
    },
  },
  {
    title: "Intake opens it",
    why: "IN is on duty as intake. The request waits in her direct messages with Tess's words, and Tess will be told what becomes of it.",
    press: "Press Accept.",
    after: "It has a number now. Next, IN calls the client, Jane Porter of Acme Dental, and fills in what is missing.",
    as: "IN", in: "dm-IN",
    target: () => last("accept"),
    skip: async () => {
      const m = (await seen(at.intake, "dm-" + at.intake)).find((m) => m.id === at.handed);
      return say(at.intake, "/desk accept " + /R-\d+/.exec(m.text)[0], "dm-" + at.intake);
    },
    done: async () => { // the request's card has become the ticket's, or was answered by one
      const m = (await seen(at.intake, "dm-" + at.intake)).findLast((m) => number(m.id) >= number(at.handed) && ours(m) && actions(m).some((a) => a.ticket));
      at.ticket = m && actions(m).find((a) => a.ticket).ticket;
      return Boolean(at.ticket);
    },
  },
  {
    title: "The SRM decides what comes first",
    why: "IN has filled in who and what. Sam, the service request manager, is asked at once and sees why Deskbell suggests a priority. It never decides by itself, and nothing starts before Sam has, save fifteen minutes in which level 1 may help at once.",
    after: "Approved for action means: in the ready queue, here on its top. Sam can still undo that.",
    press: "Press Urgent.",
    as: "srm", in: "dm-srm",
    scene: async () => {
      for (const what of ["client Acme Dental", "contact Jane Porter", "kind defect", "severity high", "impact medium"]) {
        await say(at.intake, `/ticket set ${at.ticket} ${what}`, "dm-" + at.intake);
      }
      await say(at.intake, `/ticket categorize ${at.ticket} Access / Account / Password`, "dm-" + at.intake);
    },
    target: () => first("prioritize"),
    skip: () => say("srm", `/ticket prioritize ${at.ticket} urgent`, "dm-srm"),
    done: async () => (await ticket()).priority !== null,
  },
  {
    title: "The client is told when to expect it",
    why: "Two minutes later, so that Sam can still undo, Jane at Acme Dental gets a mail (here it is only shown) with the expected start, and nobody had to write it.",
    after: "That is what Jane reads. The day is reckoned in working days from what this desk gets done; an urgent ticket may well be taken sooner.",
    press: "Press +15 min at the top, then Mail if it is not open.",
    as: "srm", in: "dm-srm",
    target: () => at.told ? $("mail-button") : document.querySelector('[data-advance="15m"]'),
    skip: async () => { await post("/api/clock", { advance: "15m" }); if ($("mail").hidden) $("mail-button").click(); },
    done: async () => {
      at.told = (await get("/api/mail")).some((m) => m.ticket === at.ticket);
      return at.told && !$("mail").hidden;
    },
  },
  {
    title: "The technician pulls the next one",
    why: "Tess is free. She does not choose what shouts loudest: /ticket next gives her the top of the queue that fits her, and it is hers.",
    after: "It is hers, and in progress. The card in the channel says so to everybody, and nobody else can start it.",
    press: "Press /ticket next below the message box.",
    as: "tech", in: "desk",
    target: () => document.querySelector('.tries [data-say="/ticket next"]'),
    skip: () => say("tech", `/ticket start ${at.ticket}`),
    done: async () => (await ticket()).stage === "active",
  },
  {
    title: "Somebody else tests it",
    why: "Tess says that it is fixed. Whoever did the work should not be the one who tests it (Deskbell would say so), so Tom does, before the client ever sees it.",
    after: "Tested by another than who did the work; the card names both.",
    press: "Press Start testing on the ticket's card, then Passed.",
    as: "tech2", in: "desk",
    scene: () => say("tech", `/ticket move ${at.ticket} ready to test Lock on the shared account lifted, all three log in again`),
    target: () => first("move"),
    skip: async () => { await say("tech2", `/ticket move ${at.ticket} in testing`); await say("tech2", `/ticket move ${at.ticket} ready to install`); },
    done: async () => ["ready_to_install", "client_testing", "completed"].includes((await ticket()).status),
  },
  {
    title: "The client has the last word",
    why: "Tess has put it in place, and Jane was asked to try it. A ticket ends on the client's word, or after two unanswered nudges, not on ours. She calls Dana, the service delivery manager: it works.",
    after: "Completed, on the client's word. History, in the card's menu, has every step of it.",
    press: "Press Confirmed, choose call, and Submit.",
    as: "sdm", in: "desk",
    scene: () => say("tech", `/ticket move ${at.ticket} client testing All three are logged in`),
    target: () => last("confirm"),
    skip: () => say("sdm", `/ticket confirm ${at.ticket} call`),
    done: async () => (await ticket()).status === "completed",
  },
];

const END = {
  title: "And what nobody looks after?",
  why: "Press Next Monday 09:00 at the top, and the desk lives on without you. Dana then asks with /ticket list client testing; the daily digest that tells her unasked is a part to come.",
  press: "",
  as: "sdm", in: "desk",
  target: () => document.querySelector("[data-to=monday]"),
};

const step = () => at.step === steps.length ? END : steps[at.step];

function remember() {
  try { localStorage.setItem(KEPT, JSON.stringify(at)); } catch { /* a browser without storage has the tour until it is closed */ }
}

// draw shows where the tour stands.
function draw() {
  const s = step();
  $("tour").hidden = at.step > steps.length;
  $("tour-button").ariaPressed = String(!$("tour").hidden);
  const button = (textContent, onclick, className = "") => el("button", { type: "button", textContent, onclick, className, disabled: setting });
  let count = `Step ${at.step + 1} of ${steps.length}`, title, why, press = "", buttons;
  if (at.step < 0) {
    [count, title] = ["New here?", "See one ticket's whole life, in seven steps and about four minutes"];
    why = "You press one thing in each step, as the person whose turn it is. Or ignore this and try things out: nothing here can break.";
    buttons = [button("Start the tour", begin, "primary"), button("Not now", end)];
    if (at.left) buttons.splice(1, 0, button(`Go on with step ${at.left.step + 1}`, () => { at = at.left; return enter(); }));
  } else if (s === END) {
    [count, title, why] = ["The end", s.title, s.why];
    if (at.jumped) {
      [title, why] = ["That is the desk", "Each row is a client who was asked to test and has not answered, found without anybody keeping a list. To run it for your own team, “deskbell init” writes the file for its people, clients and rules; with --slack or --discord it says what comes next there. README.md, Going live, says how far each of the two is."];
    }
    buttons = [button("Close the tour", end, at.jumped ? "primary" : ""), button("Start over", begin)];
  } else if (s) {
    ({ title, why, press } = s);
    buttons = [button("Do it for me", skip), button("End the tour", end)];
    if (at.done) {
      [why, press] = [s.after, ""];
      buttons[0] = button("Go on", onwards, "primary");
    }
    why = why.replace("IN ", nameOf(at.intake || "intake").split(" ")[0] + " ");
  }
  if (!title) return ring();
  const now = JSON.stringify([count, title, why, buttons.length, setting]);
  if ($("tour").dataset.now === now) return ring();
  $("tour").dataset.now = now;
  $("tour-count").textContent = count;
  $("tour-title").textContent = title;
  $("tour-why").textContent = why;
  $("tour-press").textContent = press;
  $("tour-foot").replaceChildren(...buttons);
  ring();
}

// ring marks the thing to press: in an open form its button.
function ring() {
  const form = $("dialog").open && steps[at.step];
  const empty = form && [...$("form").querySelectorAll("[required]")].find((x) => !x.value);
  const to = setting ? null : (at.done ? $("tour-foot").firstChild : form ? empty || $("form").querySelector(".primary") : !at.jumped && step()?.target()) || null;
  const was = document.querySelector(".tour-here");
  if (was === to) return;
  was?.classList.remove("tour-here");
  if (!to) return;
  to.classList.add("tour-here");
  to.scrollIntoView({ block: "nearest" });
}

async function enter() {
  remember();
  const s = step();
  setting = true;
  draw();
  try {
    await go(s.as.replace("IN", at.intake), s.in.replace("IN", at.intake));
    await s.scene?.();
    unset = false;
  } catch { // said again, under the same keys, when the desk is back
    unset = true;
  } finally {
    setting = false;
    draw();
  }
}

function begin() {
  at = { step: 0, run: key() };
  return enter();
}

function end() {
  at = { step: steps.length + 1, left: steps[at.step] ? at : at.left };
  remember();
  draw();
  $("tour-button").focus();
}

async function skip() {
  try { await step().skip(); } catch { /* the page says that the desk is away */ }
  look();
}

// look goes on from steps that are done. It is called whenever something
// happened.
export async function look() {
  again = true;
  if (busy || !go) return;
  busy = true;
  try {
    while (again) {
      again = false;
      await onward();
    }
  } catch { /* the desk is away; it is asked again when it is back */ } finally {
    busy = false;
    draw();
  }
}

async function onward() {
  const s = step();
  if (unset && !setting && s) return enter();
  if (s === END && !at.jumped && at.monday && new Date(here.face.now) >= new Date(at.monday)) {
    at.jumped = true;
    remember();
    draw();
    await go(s.as, s.in);
    await say("sdm", "/ticket list client testing");
    return;
  }
  if (setting || !s?.done || at.done || !(await s.done()) || s !== step()) return;
  at.done = true;
  remember();
  draw();
  if (document.activeElement === document.body || document.activeElement === $("log")) $("tour-foot").firstChild.focus();
}

// onwards is the next step, once this one is done.
async function onwards() {
  at.done = false;
  at.step++;
  if (step() === END) at.monday = here.face.monday;
  await enter();
  look();
}

// start takes the tour up where it was left, on a desk that has its people.
export async function start(actAs) {
  const [people, clients] = await Promise.all([get("/api/people"), get("/api/clients")]).catch(() => [[], []]);
  if (!clients.some?.((c) => c.name === "Acme Dental") || !["intake", "srm", "sdm", "tech", "tech2"].every((h) => people.some((p) => p.handle === h))) return;
  $("tour-button").hidden = false;
  try { at = JSON.parse(localStorage.getItem(KEPT)) || at; } catch { /* none was kept */ }
  // A ticket of another desk, which was here before.
  const of = at.ticket || at.left?.ticket;
  if (of && (await get("/api/tickets/" + of).catch(() => null))?.summary !== SUMMARY) at = { step: -1 };
  go = actAs;
  $("tour-button").onclick = () => {
    if (!$("tour").hidden) return end();
    at = { step: -1, left: at.left };
    remember();
    draw();
  };
  new MutationObserver(ring).observe($("dialog"), { attributeFilter: ["open"] });
  new MutationObserver(look).observe($("mail"), { attributeFilter: ["hidden"] });
  $("form").addEventListener("change", ring);
  unset = Boolean(steps[at.step]) && !at.done; // the page may have been left while it was set
  look();
}
