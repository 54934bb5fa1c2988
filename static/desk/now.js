// On every page: reminders of callbacks and unfinished wrap-ups, and how long a note can be undone.

import { poll } from "./poll.js";
import { sendLeftovers } from "./leftovers.js";
import { local } from "./store.js";

const REMINDED = "reminded";

function remind(region) {
  const reminded = new Set(JSON.parse(local.read(REMINDED) ?? "[]"));
  for (const reminder of region.querySelectorAll("[data-reminder]")) {
    const mark = reminder.dataset.reminder;
    if (reminded.has(mark)) continue;
    reminded.add(mark);
    if ("Notification" in window && Notification.permission === "granted") {
      new Notification(reminder.querySelector("span").textContent, { tag: mark });
    }
  }
  local.write(REMINDED, JSON.stringify([...reminded].slice(-100)));
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
}

const region = document.querySelector("#now");
if (region) {
  poll(region, () => remind(region));
  if (!document.querySelector("[data-wrapup]")) sendLeftovers(region.dataset.agent, region.dataset.keep);
}
document.querySelectorAll("[data-notifications]").forEach(offerNotifications);
document.querySelectorAll("[data-undo]").forEach(endUndo);
