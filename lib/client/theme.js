// Before anything is drawn, so that a chosen theme does not flash. Classic and small: the page waits for it.
try {
  const chosen = localStorage.getItem('theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // Storage may be forbidden: then the system's theme it is.
}
