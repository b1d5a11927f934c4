// The page without a network. In the tab where a journal was open it brings that journal back from the tab's own memory;
// otherwise it tells how much waits, to the person whose tab this is. Imports nothing: the page it brings back loads its
// modules anew.

(() => {
  window.addEventListener("load", () => setTimeout(start, 0)); // a document under way cannot be opened anew

  function start() {
    if (kept?.path === here) bringBack();
    else tell();
  }

  const here = location.pathname + location.search;
  const space = sessionStorage.getItem("page:space");
  const kept = JSON.parse(sessionStorage.getItem("page:kept") ?? "null");

  function bringBack() {
    document.open();
    document.write(kept.html);
    document.close();
  }

  function tell() {
    document.querySelector("main").hidden = false;
    document.getElementById("again").addEventListener("click", () => location.reload());
    window.addEventListener("online", () => location.reload());
    if (space) show(count(space));
    if (!kept) return;
    const back = document.getElementById("back");
    back.href = kept.path;
    back.textContent = `Вернуться: ${kept.title}`;
    back.hidden = false;
  }

  // What it is lies sealed; this page has no key.
  const count = (name) => Object.keys(localStorage).filter((key) => key.startsWith(`wait:${name}:`)).length;

  function show(number) {
    const place = document.getElementById("waiting-count");
    place.textContent = `Ждут отправки: ${number}`;
    place.hidden = !number;
  }
})();
