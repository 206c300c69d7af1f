/**
 * A grammar of simple English: "the cats that the old farmer feeds sleep in the barn ." What a model has to carry
 * over a distance: the number of a subject to its verb, past relative clauses and prepositional phrases; whether the
 * subject is a person, an animal or a thing ("who" or "that", and which verbs suit it); and a question to its "?".
 *
 * A sentence has one derivation only, because no two rules compete for the same words: a noun takes one modifier at
 * most, objects take no prepositional phrase, and no prepositional phrase follows an object.
 */

import { type Expansion, type Rules, oneOf } from './grammar.js';

type GrammaticalNumber = 'singular' | 'plural';

const sentences: Rules = {
  english: [
    [0.56, '<clause> .'],
    [0.16, '<question> ?'],
    [0.1, '<time> <clause> .'],
    [0.09, '<clause> , <coordinator> <clause> .'],
    [0.09, '<clause> <subordinator> <clause> .'],
  ],
  clause: [
    [0.3, '<subject.person.singular> <predicate.person.singular>'],
    [0.22, '<subject.person.plural> <predicate.person.plural>'],
    [0.18, '<subject.animal.singular> <predicate.animal.singular>'],
    [0.16, '<subject.animal.plural> <predicate.animal.plural>'],
    [0.08, '<noun-phrase.thing.singular> is <state.thing>'],
    [0.06, '<noun-phrase.thing.plural> are <state.thing>'],
  ],
  // The infinitive is the plural form: "does the cat sleep".
  question: [
    [0.55, '<inverted>'],
    [0.45, '<interrogative> <inverted>'],
  ],
  inverted: [
    [0.32, 'does <subject.person.singular> <action.person.plural>'],
    [0.26, 'do <subject.person.plural> <action.person.plural>'],
    [0.22, 'does <subject.animal.singular> <action.animal.plural>'],
    [0.2, 'do <subject.animal.plural> <action.animal.plural>'],
  ],
  where: [[1, '<preposition> the <place>']],
  object: [
    [0.3, '<noun-phrase.person.singular>'],
    [0.2, '<noun-phrase.person.plural>'],
    [0.28, '<noun-phrase.animal.singular>'],
    [0.22, '<noun-phrase.animal.plural>'],
  ],
  'object.thing': [
    [0.58, '<noun-phrase.thing.singular>'],
    [0.42, '<noun-phrase.thing.plural>'],
  ],
  // Relative clauses whose gap is the object: "who the girl helps", "that the sailors carry".
  'gap.living': [
    [0.58, '<noun-phrase.person.singular> <verb.living.singular>'],
    [0.42, '<noun-phrase.person.plural> <verb.living.plural>'],
  ],
  'gap.thing': [
    [0.58, '<noun-phrase.person.singular> <verb.thing.singular>'],
    [0.42, '<noun-phrase.person.plural> <verb.thing.plural>'],
  ],
};

const lexicon: Rules = {
  'determiner.singular': oneOf('the a this every my'),
  'determiner.plural': oneOf('the many these two my'),
  'noun.person.singular': oneOf('farmer girl boy teacher woman child doctor man sailor friend'),
  'noun.person.plural': oneOf('farmers girls boys teachers women children doctors men sailors friends'),
  'noun.animal.singular': oneOf('cat dog horse bird rabbit fox mouse'),
  'noun.animal.plural': oneOf('cats dogs horses birds rabbits foxes mice'),
  'noun.thing.singular': oneOf('book letter basket picture lamp chair box bottle'),
  'noun.thing.plural': oneOf('books letters baskets pictures lamps chairs boxes bottles'),
  'adjective.living': oneOf('little young hungry quiet clever'),
  'adjective.thing': oneOf('red little wooden broken heavy'),
  'state.living': oneOf('hungry tired happy quiet'),
  'state.thing': oneOf('broken heavy beautiful clean'),
  'verb.person.singular': oneOf('works sings waits dances sleeps laughs'),
  'verb.person.plural': oneOf('work sing wait dance sleep laugh'),
  'verb.animal.singular': oneOf('sleeps runs waits plays hides'),
  'verb.animal.plural': oneOf('sleep run wait play hide'),
  'verb.living.singular': oneOf('sees loves follows feeds helps'),
  'verb.living.plural': oneOf('see love follow feed help'),
  'verb.thing.singular': oneOf('carries buys paints finds sells'),
  'verb.thing.plural': oneOf('carry buy paint find sell'),
  'verb.clause.singular': oneOf('says thinks knows hopes'),
  'verb.clause.plural': oneOf('say think know hope'),
  adverb: oneOf('often never always'),
  preposition: oneOf('in near behind'),
  place: oneOf('garden house barn river village forest kitchen'),
  time: oneOf('today tonight sometimes'),
  coordinator: oneOf('and but'),
  subordinator: oneOf('because while'),
  interrogative: oneOf('why when how'),
};

/** A noun with its determiner, with an adjective or not. */
function plain(kind: string, number: GrammaticalNumber): Expansion[] {
  const adjective = kind === 'thing' ? 'thing' : 'living';
  return [
    [0.64, `<determiner.${number}> <noun.${kind}.${number}>`],
    [0.26, `<determiner.${number}> <adjective.${adjective}> <noun.${kind}.${number}>`],
    [0.04, `the old <noun.${kind}.${number}>`],
    [0.06, `${number === 'singular' ? 'an' : 'my'} old <noun.${kind}.${number}>`],
  ];
}

/** What persons or animals, one or many, are called and do. */
function living(kind: 'person' | 'animal', number: GrammaticalNumber): Rules {
  const of = `${kind}.${number}`;
  const single: Expansion[] = [
    [0.8, `<noun-phrase.${of}>`],
    [0.2, `<plain.${of}> <where>`],
  ];
  const pair: Expansion = [0.1, `<plain.${kind}.singular> and <plain.${kind}.plural>`];
  const persons: Expansion[] = [
    [0.2, `<verb.living.${number}> <object>`],
    [0.25, `<verb.thing.${number}> <object.thing>`],
  ];
  return {
    [`subject.${of}`]: number === 'singular' ? single : [...single.map(([p, s]): Expansion => [0.9 * p, s]), pair],
    [`noun-phrase.${of}`]: [
      [0.82, `<plain.${of}>`],
      [0.18, `<plain.${of}> ${kind === 'person' ? 'who' : 'that'} <relative.${of}>`],
    ],
    [`plain.${of}`]: plain(kind, number),
    [`relative.${of}`]: [
      [0.5, `<action.${of}>`],
      [0.5, '<gap.living>'],
    ],
    [`predicate.${of}`]: [
      [kind === 'person' ? 0.68 : 0.78, `<action.${of}>`],
      [0.12, `<adverb> <action.${of}>`],
      [0.1, `${number === 'singular' ? 'is' : 'are'} <state.living>`],
      ...(kind === 'person' ? [[0.1, `<verb.clause.${number}> that <clause>`] as const] : []),
    ],
    [`action.${of}`]: [
      [0.3, `<verb.${of}>`],
      [0.25, `<verb.${of}> <where>`],
      ...(kind === 'person' ? persons : [[0.45, `<verb.living.${number}> <object>`] as const]),
    ],
  };
}

/** What things, one or many, are called. */
function things(number: GrammaticalNumber): Rules {
  return {
    [`noun-phrase.thing.${number}`]: [
      [0.78, `<plain.thing.${number}>`],
      [0.22, `<plain.thing.${number}> that <gap.thing>`],
    ],
    [`plain.thing.${number}`]: plain('thing', number),
  };
}

/** The rules of English sentences; the start is `english`. */
export const ENGLISH: Rules = {
  ...sentences,
  ...lexicon,
  ...living('person', 'singular'),
  ...living('person', 'plural'),
  ...living('animal', 'singular'),
  ...living('animal', 'plural'),
  ...things('singular'),
  ...things('plural'),
};
