// Runs before the first paint, so that a dark desk never flashes white. A file of its own, because the
// content security policy allows no inline script. ui/theme/theme.ts keeps the class true afterwards.
{
  const choice = localStorage.getItem('trivet.theme');
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
}
