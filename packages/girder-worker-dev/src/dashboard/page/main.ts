const root = document.querySelector('#app');
const answer = await fetch('/data/overview');
if (root) root.textContent = await answer.text();
