// One comparison: what grantry takes, what the floor takes, and what grantry may take.

/**
 * A row of times, in milliseconds, that must stay below `factor` times the floor's median plus `slackMs`, or below `limitMs`;
 * without either nothing is asked of it.
 * @param {{ name: string, floorName: string, grantry: number[], floor: number[], factor?: number, slackMs?: number, limitMs?: number }} row
 */
export function timeRow({ name, floorName, grantry, floor, factor, slackMs = 0, limitMs }) {
  const [value, floorValue] = [median(grantry), median(floor)];
  const row = { name, floorName, unit: 'ms', value, floor: floorValue, ratio: value / floorValue };
  const samples = { grantry, floor };
  if (limitMs !== undefined) return { ...row, limit: limitMs, bound: 'on two free cores', samples };
  if (factor === undefined) return { ...row, samples };
  const bound = `${factor}x${slackMs === 0 ? '' : ` + ${slackMs / 1000} s`}`;
  return { ...row, limit: factor * floorValue + slackMs, bound, samples };
}

/**
 * A row of counted things, with a bound of its own or none.
 * @param {{ name: string, floorName: string, unit: string, value: number, floor: number, limit?: number, bound?: string }} row
 */
export function countRow(row) {
  return { ...row, ratio: row.value / row.floor };
}

/** The rows of what went over the wire. */
export function trafficRows({ name, floorName, grantry, floor, limit, bound }) {
  const asked = limit === undefined ? {} : { limit, bound };
  return [
    countRow({
      name: `${name}, requests`,
      floorName,
      unit: 'requests',
      value: grantry.requests,
      floor: floor.requests,
      ...asked,
    }),
    countRow({ name: `${name}, bytes`, floorName, unit: 'bytes', value: grantry.bytes, floor: floor.bytes }),
  ];
}

export function isKept({ value, limit }) {
  return limit === undefined || value <= limit;
}

export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
