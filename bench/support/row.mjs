// One comparison: what grantry takes, what the floor takes, and what grantry may take.

/**
 * A row of times, in milliseconds, that must stay below `factor` times the floor's median plus `slackMs`.
 * @param {{ name: string, floorName: string, grantry: number[], floor: number[], factor: number, slackMs?: number }} row
 */
export function timeRow({ name, floorName, grantry, floor, factor, slackMs = 0 }) {
  const [value, floorValue] = [median(grantry), median(floor)];
  return {
    name,
    floorName,
    unit: 'ms',
    value,
    floor: floorValue,
    ratio: value / floorValue,
    limit: factor * floorValue + slackMs,
    bound: `${factor}x${slackMs === 0 ? '' : ` + ${slackMs / 1000} s`}`,
    samples: { grantry, floor },
  };
}

/**
 * A row of counted things, with a bound of its own.
 * @param {{ name: string, floorName: string, unit: string, value: number, floor: number, limit: number, bound: string }} row
 */
export function countRow(row) {
  return { ...row, ratio: row.value / row.floor };
}

export function isKept({ value, limit }) {
  return value <= limit;
}

export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
