// A copy of the page in this tab's own memory, for a reload without a network (page.js brings it back). It goes with the
// tab; who signs out or in takes it away.

const STRIP = ".cell-editor, .roll-say, .toast-note, #announcer > *, #alerter > *, [data-sign-in-body] > *";

export function keepSnapshots() {
  // A page brought back is as good as a new one; a hidden tab of a phone may be thrown away without another event.
  window.addEventListener("pagehide", take);
  document.addEventListener("visibilitychange", () => { if (document.hidden) take(); });
}

function take() {
  if (document.body.dataset.leaving !== undefined) return;
  const copy = document.documentElement.cloneNode(true);
  for (const element of copy.querySelectorAll(STRIP)) element.remove();
  for (const dialog of copy.querySelectorAll("dialog[open], details[open]")) dialog.removeAttribute("open");
  const title = document.querySelector("h1").textContent.trim().replace(/\s+/g, " ");
  try {
    sessionStorage.setItem("page:kept", JSON.stringify({
      path: location.pathname + location.search, title, html: `<!DOCTYPE html>${copy.outerHTML}`,
    }));
  } catch {
    sessionStorage.removeItem("page:kept");
  }
}
