// Asks the server what is new: a newer page is loaded (the address keeps what is being looked at); what is wrong with
// the model is shown above the last page that was right.
"use strict";

(async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const box = document.getElementById("problems");
  const shown = document.documentElement.dataset.page;
  let tag = "";
  for (;;) {
    try {
      const answer = await fetch(`/news?after=${encodeURIComponent(tag)}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const news = await answer.json();
      if (String(news.page) !== shown) return location.reload();
      tag = news.tag;
      box.textContent = news.problems;
      box.hidden = news.problems === "";
    } catch {
      await pause(1000);
    }
  }
})();
