// After htmx has put something in place: what it tells is said, and the keyboard is not left nowhere.

import { announce } from "./messages.js";

// ── What is told ────────────────────────────────────────────────────────────
// Screen readers read a change inside a region they know of; a region that comes with its words already in it (a saved
// form, a message of the page before) stays unread by most. So the words go through the region that is always there.
// role="alert" is read by itself.
const known = new WeakSet();

function sayNew() {
  const told = [];
  for (const region of document.querySelectorAll("[role=status]")) {
    if (known.has(region)) continue;
    known.add(region);
    const text = region.textContent.trim().replace(/\s+/g, " ");
    if (!text) continue;
    region.setAttribute("aria-live", "off");
    told.push(text);
  }
  for (const text of told) announce(text);
}

window.addEventListener("load", () => {
  for (const region of document.querySelectorAll("[role=status]:not([data-flash])")) known.add(region);
  sayNew();
  // A form that came back refused: on the first wrong field, whose note is read with it.
  document.querySelector("#content form [aria-invalid=true]")?.focus();
});

// ── Where the keyboard is ───────────────────────────────────────────────────
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const held = document.activeElement;
  if (held && held !== document.body) ctx.held = { held, ids: idsAbove(held) };
});

function idsAbove(element) {
  const ids = [];
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) if (one.id) ids.push(one.id);
  return ids;
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  sayNew();
  // After the page's own scripts, which may know a better place.
  if (ctx.held && !ctx.held.held.isConnected) setTimeout(() => putBack(ctx.held), 0);
});

/** The same control of what came instead, the first wrong field, or the part of the page it was in. */
function putBack({ held, ids }) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const part = ids.map((id) => document.getElementById(id)).find(Boolean);
  if (!part) return;
  const place = part.querySelector("[aria-invalid=true]") ?? sameAs(held, part) ?? part;
  if (place === part && !part.hasAttribute("tabindex")) part.tabIndex = -1;
  place.focus({ preventScroll: true });
}

const sameAs = ({ id, localName, name, form }, part) => {
  if (id) return document.getElementById(id);
  if (!name) return null;
  return [...part.querySelectorAll(localName)].find((one) => one.name === name && Boolean(one.form) === Boolean(form)) ?? null;
};
