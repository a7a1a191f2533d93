/** Up to where a person has read each channel, kept in this browser for each person. */

export class ReadMarks {
  /** @param {Map<string, string>} [latest] the newest message of each channel: read, for a person never seen here */
  constructor(team, user, latest = new Map()) {
    this.key = `read:${team}:${user}`;
    this.marks = this.load() ?? Object.fromEntries(latest);
  }

  load() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? 'null');
    } catch {
      return null;
    }
  }

  get(channel) {
    return this.marks[channel] ?? '0';
  }

  mark(channel, ts) {
    if (!ts || ts <= this.get(channel)) return;
    this.marks[channel] = ts;
    localStorage.setItem(this.key, JSON.stringify(this.marks));
  }
}
