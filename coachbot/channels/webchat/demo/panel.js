/** The demo's panel: moves the clock, shows what is planned and why, hands out fresh codes. */
const REFRESH_MS = 3000;
const byId = (id) => document.getElementById(id);

function el(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
}

async function ask(path, payload) {
  const options = payload === undefined ? {} : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(payload),
  };
  const response = await fetch(path, options);
  const data = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(data.message ?? `The server answered ${response.status}.`);
  return data;
}

// -- showing ------------------------------------------------------------------------------------------
const shown = (value) => (value === null || value === undefined || value === '' ? '–' : asText(value));

const asText = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function fillTable(id, rows, names) {
  const table = byId(id);
  const lines = rows.map((row) => el('tr', ...names.map((name) => el('td', shown(row[name])))));
  table.tBodies[0].replaceChildren(...lines);
  table.hidden = rows.length === 0;
  table.nextElementSibling.hidden = rows.length > 0;
}

function showState(data) {
  byId('now').textContent = shown(data.now);
  byId('zone').textContent = data.zone ?? '';
  fillTable('planned', data.planned ?? [], ['due', 'what', 'rule']);
  fillTable('held', data.held ?? [], ['what', 'why']);
  const frames = (data.stack ?? []).map(({ dialog, state }) => el('li', el('code', dialog), ' at ', el('code', shown(state))));
  byId('stack').replaceChildren(...frames);
  const pairs = Object.entries(data.state ?? {}).flatMap(([name, value]) => [el('dt', name), el('dd', shown(value))]);
  byId('state').replaceChildren(...pairs);
  showArms(data.arms ?? ['combined', 'exercise']);
  showBeginning(data.state !== undefined);
}

/** Before anybody came in, the first thing to do stands first. */
function showBeginning(isIn) {
  byId('new').classList.toggle('first', !isIn);
  byId('new-title').textContent = isIn ? 'Start over' : 'Begin here';
  byId('new-hint').textContent = isIn
    ? 'A new patient, with a fresh code. The clock goes on.'
    : 'Come in as a patient of one of the two arms. A code is made for you.';
}

function showArms(arms) {
  const holder = byId('arms');
  if (holder.dataset.arms === arms.join()) return;
  holder.dataset.arms = arms.join();
  holder.replaceChildren(...arms.map(armButton));
}

function armButton(arm) {
  const button = el('button', `As ${arm}`);
  button.type = 'button';
  button.addEventListener('click', () => startOver(arm));
  return button;
}

let away = '';

/** What a lost server left behind goes when it is back; anything said since then stays. */
async function refresh() {
  try {
    showState(await ask('demo/api/state'));
    if (away && byId('busy').textContent === away) byId('busy').textContent = '';
    away = '';
  } catch (error) {
    away = 'The server does not answer. This goes on by itself when it is back.';
    byId('busy').textContent = away;
  }
}

// -- doing --------------------------------------------------------------------------------------------
function setBusy(text) {
  byId('busy').textContent = text;
  for (const button of document.querySelectorAll('aside button')) button.disabled = Boolean(text);
}

async function during(text, work, place) {
  let said = '';
  setBusy(text);
  try {
    await work();
  } catch (error) {
    said = error.message;
  }
  setBusy('');
  await refresh();
  if (said) byId(place).textContent = said;
}

function jump(to) {
  return during('Moving the clock …', () => ask('demo/api/jump', to), 'busy');
}

function startOver(arm) {
  return during('A new patient …', () => comeIn(arm), 'code');
}

async function comeIn(arm) {
  const { code } = await ask('demo/api/new', { arm });
  await ask('api/enter', { code });
  byId('code').replaceChildren('Came in as ', el('strong', arm), ' with code ', el('code', code), '.');
  byId('chat').contentWindow.location.reload();
}

for (const button of document.querySelectorAll('[data-jump]')) {
  button.addEventListener('click', () => jump(JSON.parse(button.dataset.jump)));
}
setInterval(() => { if (!document.hidden) refresh(); }, REFRESH_MS);
refresh();
