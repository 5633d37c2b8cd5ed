/** Small comforts; every page works without them. */
'use strict';

/** The list follows the search while one types, half a second behind. */
const search = document.querySelector('form[data-search]');
if (search) {
  const field = search.querySelector('[name=search]');
  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      sessionStorage.setItem('searching', '1');
      search.requestSubmit();
    }, 500);
  });
  if (sessionStorage.getItem('searching')) {
    sessionStorage.removeItem('searching');
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

/** The talk opens at its end. */
const talk = document.querySelector('.talk');
if (talk && !location.search) talk.scrollTop = talk.scrollHeight;

/** A form is sent once, however often the button is pressed. */
document.addEventListener('submit', (event) => {
  for (const button of event.target.querySelectorAll('button')) {
    if (button !== event.submitter || !button.name) button.disabled = true;
  }
});

/** Today is looked at all day: it comes anew each minute, unless somebody is in the middle of something. */
if (location.pathname.endsWith('/today')) {
  setInterval(() => {
    const busy = document.activeElement && document.activeElement !== document.body && document.activeElement.id !== 'main';
    if (!document.hidden && !busy) location.reload();
  }, 60000);
}

/** A broadcast under way is followed: the page comes anew every few seconds, unless somebody is at a button. */
if (document.querySelector('[data-follow]')) {
  setInterval(() => {
    const busy = document.activeElement && document.activeElement !== document.body && document.activeElement.id !== 'main';
    if (!document.hidden && !busy && !document.querySelector('details[open]')) location.reload();
  }, 4000);
}
