// On every page: reminders of callbacks and unfinished wrap-ups, and how long a note can be undone.

import { poll } from "./poll.js";
import { sendLeftovers } from "./leftovers.js";
import { local } from "./store.js";

const REMINDED = "reminded";
const DISMISSED = "dismissed";

function marks(name) {
  return new Set(JSON.parse(local.read(name) ?? "[]"));
}

function mark(name, text) {
  local.write(name, JSON.stringify([...marks(name).add(text)].slice(-100)));
}

function remind(region) {
  const [reminded, dismissed] = [marks(REMINDED), marks(DISMISSED)];
  for (const reminder of region.querySelectorAll("[data-reminder]")) {
    const text = reminder.dataset.reminder;
    reminder.hidden = dismissed.has(text);
    reminder.querySelector("[data-dismisses]").onclick = () => {
      mark(DISMISSED, text);
      reminder.hidden = true;
    };
    if (reminded.has(text)) continue;
    mark(REMINDED, text);
    if ("Notification" in window && Notification.permission === "granted") {
      new Notification(reminder.querySelector("span").textContent, { tag: text });
    }
  }
}

function offerNotifications(button) {
  const ask = "Notification" in window && Notification.permission === "default";
  button.hidden = !ask;
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.hidden = true;
  });
}

function endUndo(form) {
  setTimeout(() => (form.hidden = true), Number(form.dataset.seconds) * 1000);
  document.addEventListener("keydown", (event) => {
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (isUndo && !form.hidden && !event.target.matches("input, textarea")) form.requestSubmit();
  });
}

// What closed windows left is on the server now: the page that lists it shows it.
async function deliver(region) {
  const sent = await sendLeftovers(region.dataset.agent, region.dataset.keep);
  if (sent.length && document.querySelector("[data-lists-wrapups]")) location.reload();
}

const region = document.querySelector("#now");
if (region) {
  poll(region, () => remind(region));
  if (!document.querySelector("[data-wrapup]")) deliver(region);
}
document.querySelectorAll("[data-notifications]").forEach(offerNotifications);
document.querySelectorAll("[data-undo]").forEach(endUndo);
