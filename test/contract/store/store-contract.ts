import { testCapabilities } from './store-capabilities.ts';
import { testChecks } from './store-checks.ts';
import { testDocuments } from './store-documents.ts';
import { testMarks } from './store-marks.ts';
import { testRecords } from './store-records.ts';
import { testSafety } from './store-safety.ts';
import type { SubjectOf } from './store-subject.ts';

/**
 * What every store must do. A store's test calls this with a factory; nothing in here knows which one it is.
 * `subject` is called inside tests only.
 */
export function testStore(subject: SubjectOf): void {
  testCapabilities(subject);
  testDocuments(subject);
  testMarks(subject);
  testRecords(subject);
  testSafety(subject);
  testChecks(subject);
}
