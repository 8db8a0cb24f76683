// Shows what is new: asks every second whether the talk has changed, and then shows it anew, from its end.
// While a number is being typed into a cart nothing moves. Without scripts the page shows itself anew every two seconds.
"use strict";

const shown = document.currentScript.dataset.state;
history.scrollRestoration = "manual";

for (const time of document.querySelectorAll("time")) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}
const toEnd = () => window.scrollTo(0, document.documentElement.scrollHeight);
toEnd();
window.addEventListener("load", toEnd); // pictures have their height now

async function look() {
  if (document.activeElement instanceof HTMLInputElement) return;
  const answer = await fetch(location.pathname.replace(/talk$/, "state"), { cache: "no-store" }).catch(() => null);
  if (answer !== null && answer.ok && (await answer.text()) !== shown) location.reload();
}
setInterval(look, 1000);
