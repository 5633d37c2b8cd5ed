/** What stands behind "More": the words above every talk, as buttons that say what one would type, and the second device. */
import { openDeviceLink } from './device.js';
import { byId } from './dom.js';

export function prepareMenu(talk) {
  const menu = byId('menu');
  byId('more').addEventListener('click', () => menu.showModal());
  byId('menu-close').addEventListener('click', () => menu.close());
  byId('menu-device').addEventListener('click', () => {
    menu.close();
    openDeviceLink();
  });
  for (const button of menu.querySelectorAll('[data-say]')) {
    button.addEventListener('click', () => {
      menu.close();
      talk.say(button.dataset.say);
    });
  }
}
