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

/** A link to something folded unfolds it. */
const unfold = () => {
  const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (part && part.tagName === 'DETAILS') {
    part.open = true;
    part.scrollIntoView();
  }
};
addEventListener('hashchange', unfold);
unfold();

/** The talk opens at its end. */
const talk = document.querySelector('.talk');
if (talk && !location.search) talk.scrollTop = talk.scrollHeight;

/** A talk that a person is in is followed: new lines come by themselves, and what is being typed stays. */
if (talk && talk.dataset.talk && !location.search) {
  let shown = talk;
  const follow = async () => {
    if (document.hidden) return;
    const answer = await fetch(`${shown.dataset.talk}?mark=${shown.dataset.mark}`, { redirect: 'error' }).catch(() => null);
    if (!answer || answer.status !== 200) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.talk');
    if (!fresh) return;
    const typed = document.querySelector('#write textarea');
    if (fresh.dataset.hand !== shown.dataset.hand && !(typed && typed.value.trim())) {
      location.reload();
      return;
    }
    const atEnd = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 60;
    const from = shown.scrollTop;
    if (!fresh.dataset.talk) fresh.dataset.talk = shown.dataset.talk;
    shown.replaceWith(fresh);
    fresh.scrollTop = atEnd ? fresh.scrollHeight : from;
    shown = fresh;
  };
  setInterval(follow, 4000);
}

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
