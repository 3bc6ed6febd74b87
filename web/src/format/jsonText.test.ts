import { describe, expect, it } from 'vitest';
import { colourJson, layOutJson, lineOfPath, memberText, packJson } from './jsonText';

const line = '{"resourceType":"Patient","name":[{"family":"张","given":["伟"]}],"weight":1.0,"x":{},"y":[]}';

describe('layOutJson', () => {
  it('gives one member per line and leaves empty ones alone', () => {
    expect(layOutJson('{"a":1.0,"b":[],"c":{"d":[1,2]}}')).toBe(
      '{\n  "a": 1.0,\n  "b": [],\n  "c": {\n    "d": [\n      1,\n      2\n    ]\n  }\n}',
    );
  });
  it('does not touch marks inside strings', () => {
    expect(layOutJson('{"a":"{x: [1,2]} \\" y"}')).toBe('{\n  "a": "{x: [1,2]} \\" y"\n}');
  });
  it('keeps a text that is not whole', () => {
    expect(packJson(layOutJson('{"a":"unfinished'))).toBe('{"a":"unfinished');
    expect(packJson(layOutJson('{"a":}}]'))).toBe('{"a":}}]');
  });
});

describe('packJson', () => {
  it('undoes layOutJson exactly, 1.0 stays 1.0', () => expect(packJson(layOutJson(line))).toBe(line));
});

describe('memberText', () => {
  it('takes the outermost member only and keeps its decimals', () => {
    const answer = '{"seq":1,"inner":{"resource":0},"resource":{"a":1.0,"b":[{"resource":2}]},"x":3}';
    expect(memberText(answer, 'resource')).toBe('{"a":1.0,"b":[{"resource":2}]}');
    expect(memberText(answer, 'seq')).toBe('1');
    expect(memberText(answer, 'none')).toBe('');
  });
});

describe('lineOfPath', () => {
  const laidOut = layOutJson(line);
  it('finds nested fields, with or without type and index', () => {
    // 0 {  1 resourceType  2 name [  3 {  4 family  5 given [
    expect(lineOfPath(laidOut, 'Patient.name[0].given')).toBe(5);
    expect(lineOfPath(laidOut, 'name.0.family')).toBe(4);
    expect(lineOfPath(laidOut, '/resourceType')).toBe(1);
  });
  it('stops at the last name that exists', () => {
    expect(lineOfPath(laidOut, 'Patient.name.period')).toBe(2);
    expect(lineOfPath(laidOut, 'Patient')).toBe(-1);
  });
});

describe('colourJson', () => {
  it('loses no character and tells names from values', () => {
    const laidOut = layOutJson('{"a":"b","c":-1.5e3,"d":true}');
    const found = colourJson(laidOut);
    expect(found.map((piece) => piece.text).join('')).toBe(laidOut);
    expect(found.filter((piece) => piece.kind === 'name').map((piece) => piece.text)).toEqual(['"a"', '"c"', '"d"']);
    expect(found.find((piece) => piece.kind === 'number')?.text).toBe('-1.5e3');
    expect(found.find((piece) => piece.kind === 'word')?.text).toBe('true');
  });
});
