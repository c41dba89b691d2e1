// Requests to the server, one after another, so that each change is made to what the page has seen.

const key = new URLSearchParams(location.hash.slice(1)).get('t') || sessionStorage.getItem('key') || '';
sessionStorage.setItem('key', key);
history.replaceState(null, '', '/');

export class Refused extends Error {
  constructor(status, told) {
    super(told.message || 'This was refused.');
    this.status = status;
    this.told = told;
  }
}

async function ask(route, data) {
  const how = { headers: { 'X-Drillsim-Token': key } };
  if (data) {
    how.method = 'POST';
    how.headers['Content-Type'] = 'application/json';
    how.body = JSON.stringify(data);
  }
  let answer;
  try {
    answer = await fetch(route, how);
  } catch {
    throw new Refused(0, { message: "The editor has ended. Start 'drillsim edit' again; unsaved work was kept." });
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

let line = Promise.resolve();
let waiting = 0;

function busy(change) {
  waiting += change;
  document.body.dataset.busy = waiting;
}
busy(0);

// Send a request when those before it are answered; `data` may be a function, called then.
export function send(route, data) {
  busy(1);
  const turn = line.then(async () => (await ask(route, typeof data === 'function' ? data() : data)).json());
  line = turn.catch(() => {});
  return turn.finally(() => busy(-1));
}

export async function picture() {
  return URL.createObjectURL(await (await ask('/api/scan')).blob());
}
