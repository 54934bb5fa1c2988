// Keeps the progress of an import as it is, and shows the whole page anew when it is over.

import { poll } from "./desk/poll.js";

const progress = document.getElementById("progress");
poll(progress, () => progress.querySelector("[data-over]") && location.reload());
