import { describe, expect, it } from 'vitest';
import { changeOf } from './GradeProposal';

const levels = ['I', 'II', 'III', 'IV', 'none'].map((id) => ({ id }));

describe('a proposal beside what was decided', () => {
  it('is raised towards the gravest, which comes first', () => expect(changeOf(levels, 'III', 'IV')).toBe('raised'));
  it('is lowered towards none', () => expect(changeOf(levels, 'none', 'IV')).toBe('lowered'));
  it('is the same', () => expect(changeOf(levels, 'IV', 'IV')).toBe('same'));
  it('says nothing before anything was decided', () => expect(changeOf(levels, 'IV', undefined)).toBeUndefined());
});
