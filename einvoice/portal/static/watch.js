// Follows submissions until nothing more happens by itself. Elements to follow carry data-state, an address that answers
// { settled, html, announcement }.

const FIRST = 400; // milliseconds until the first look; then longer and longer
const LONGEST = 4000;

export async function follow(address, show) {
  for (let pause = FIRST; ; pause = Math.min(pause * 1.4, LONGEST)) {
    await new Promise((done) => setTimeout(done, pause));
    let state;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.status >= 500) continue;
      if (!answer.ok || answer.redirected) return;
      state = await answer.json();
    } catch {
      continue; // no connection at the moment
    }
    show(state);
    if (state.settled) return;
  }
}

// The page of one submission: once it is settled, everything on it may differ, so it is loaded anew.
const strip = document.querySelector(".strip[data-state]");
if (strip) {
  follow(strip.dataset.state, (state) => {
    if (state.settled) location.reload();
  });
}
