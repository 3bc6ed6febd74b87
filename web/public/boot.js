// Runs before the first paint: takes over the chosen theme and language, so that nothing flashes.
(function () {
  var root = document.documentElement;
  function stored(name) {
    try {
      return localStorage.getItem('health-brain.' + name);
    } catch (refused) {
      return null;
    }
  }
  root.dataset.theme = stored('theme') === 'dark' ? 'dark' : 'light';
  root.lang = stored('language') === 'en' ? 'en' : 'zh-CN';
})();
