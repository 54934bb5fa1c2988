// Fills an element from an address again and again: with what is new, and with nothing while nothing is (204).

const LONGEST_PAUSE_SECONDS = 60;

export function poll(element, filled = () => {}) {
  const seconds = Number(element.dataset.seconds);
  let pause = seconds;
  let timer;

  async function ask() {
    clearTimeout(timer);
    // What rests is of no use to a window that nobody sees.
    if (document.hidden && "rests" in element.dataset) return;
    pause = (await fill(element, filled)) ? seconds : Math.min(2 * pause, LONGEST_PAUSE_SECONDS);
    timer = setTimeout(ask, pause * 1000);
  }

  // Nobody waits for the pause to end who comes back to the window.
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  ask();
}

async function fill(element, filled) {
  const address = new URL(element.dataset.poll, location.href);
  if (element.dataset.seen) address.searchParams.set("seen", element.dataset.seen);
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (response.status === 200) {
      const text = (await response.text()).trim();
      if (text !== element.shown) element.innerHTML = element.shown = text;
      element.dataset.seen = (response.headers.get("ETag") ?? "").replaceAll('"', "").replace("W/", "");
      filled();
    }
    return response.ok;
  } catch {
    return false;
  }
}
