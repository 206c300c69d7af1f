/**
 * A grammar of simple Japanese: 先生 は 妹 が 選ぶ 本 を お 読み になり ます 。 What a model has to carry over a
 * distance: whether the topic is a person of respect (お 読み になり ます, いらっしゃいます), another person or an
 * animal (読み ます, います) or a thing (あります); the class of a noun to its counter (本 … 三 冊, 猫 … 三 匹);
 * 決して and its like to ません; and a question word to か.
 *
 * A sentence has one derivation only: a noun takes one modifier at most, は and も stand outside relative clauses and
 * が inside, and relative clauses hold no phrase of place. Up to its predicate a sentence is cut into words nearly as
 * `Intl.Segmenter` cuts it, so that a typed beginning is understood.
 */

import { type Expansion, type Rules, oneOf } from './grammar.js';

const sentences: Rules = {
  japanese: [
    [0.5, '<statement> <close>'],
    [0.14, '<day> <statement> <close>'],
    [0.1, '<asking> <statement> か 。'],
    [0.08, '<statement> か 。'],
    [0.1, '<statement> が 、 <statement> <close>'],
    [0.08, '<statement> から 、 <statement> <close>'],
  ],
  close: [
    [0.6, '。'],
    [0.2, 'よ 。'],
    [0.2, 'ね 。'],
  ],
  statement: [
    [0.27, '<phrase.person> <topic> <act.person>'],
    [0.2, '<phrase.honoured> <topic> <act.honoured>'],
    [0.2, '<phrase.animal> <topic> <act.animal>'],
    [0.2, '<presence>'],
    [0.13, '<amount>'],
  ],
  topic: [
    [0.7, 'は'],
    [0.3, 'も'],
  ],
  // Who or what is where.
  presence: [
    [0.28, '<phrase.person> <topic> <location> に <be.living>'],
    [0.24, '<phrase.honoured> <topic> <location> に <be.honoured>'],
    [0.2, '<phrase.animal> <topic> <location> に <be.living>'],
    [0.12, '<phrase.book> <topic> <location> に <be.thing>'],
    [0.09, '<phrase.sheet> <topic> <location> に <be.thing>'],
    [0.07, '<phrase.machine> <topic> <location> に <be.thing>'],
  ],
  // How many are where: the counter goes with the noun.
  amount: [
    [0.26, '<phrase.person> <topic> <location> に <number> 名 います'],
    [0.28, '<phrase.animal> <topic> <location> に <number> 匹 います'],
    [0.2, '<phrase.book> <topic> <location> に <number> 冊 あります'],
    [0.15, '<phrase.sheet> <topic> <location> に <number> 枚 あります'],
    [0.11, '<phrase.machine> <topic> <location> に <number> 台 あります'],
  ],
  location: [
    [0.6, '<spot>'],
    [0.4, '<phrase.furniture> の <side>'],
  ],
  'be.living': [
    [0.7, 'います'],
    [0.3, 'いません'],
  ],
  'be.honoured': [
    [0.7, 'いらっしゃいます'],
    [0.3, 'いらっしゃいません'],
  ],
  'be.thing': [
    [0.7, 'あります'],
    [0.3, 'ありません'],
  ],
  // What the three kinds of topic do, as stems that an ending follows.
  'doing.person': [
    [0.28, '<stem.person>'],
    [0.14, '<spot> で <stem.person>'],
    [0.2, '<object.book> <stem.book>'],
    [0.16, '<object.sheet> <stem.sheet>'],
    [0.1, '<object.machine> <stem.machine>'],
    [0.12, '<company> を <stem.living>'],
  ],
  'doing.honoured': [
    [0.24, 'お <stem.honoured> になり'],
    [0.12, '<spot> で お <stem.honoured> になり'],
    [0.24, '<object.book> お <stem.book> になり'],
    [0.18, '<object.sheet> お <stem.sheet> になり'],
    [0.1, '<object.machine> お <stem.machine> になり'],
    [0.12, '<company> を お <stem.living> になり'],
  ],
  'doing.animal': [
    [0.4, '<stem.animal>'],
    [0.3, '<spot> で <stem.animal>'],
    [0.3, '<company> を <stem.living>'],
  ],
  company: [
    [0.6, '<phrase.person>'],
    [0.4, '<phrase.animal>'],
  ],
};

const lexicon: Rules = {
  'noun.person': oneOf('学生 子供 少年 少女 友達 弟 妹 兄 姉 娘'),
  'noun.honoured': oneOf('先生 社長 校長 市長 お客様 教授 部長'),
  'noun.animal': oneOf('猫 犬 馬 狐 兎 鳥 牛 狼'),
  'noun.book': oneOf('本 雑誌 辞書 小説 絵本 日記'),
  'noun.sheet': oneOf('写真 切手 地図 絵 葉書 切符'),
  'noun.machine': oneOf('車 自転車 電話 時計 機械 楽器'),
  'noun.furniture': oneOf('机 箱 棚 椅子'),
  'quality.living': oneOf('若い 小さい 優しい 賢い 強い 明るい 正しい 美しい'),
  'quality.thing': oneOf('新しい 古い 大きい 白い 赤い 青い 重い 高い'),
  'stem.person': oneOf('遊び 働き 休み 歩き 泳ぎ 走り'),
  'stem.honoured': oneOf('休み 帰り 歩き 働き'),
  'stem.animal': oneOf('走り 眠り 鳴き 遊び 休み'),
  'stem.living': oneOf('助け 待ち 守り 育て 選び'),
  'stem.book': oneOf('読み 借り 書き 買い 選び'),
  'stem.sheet': oneOf('選び 送り 集め 買い 借り'),
  'stem.machine': oneOf('買い 運び 売り 借り 選び'),
  'verb.person': oneOf('遊ぶ 働く 休む 歩く 泳ぐ 走る'),
  'verb.animal': oneOf('走る 眠る 鳴く 遊ぶ 休む'),
  'verb.living': oneOf('助ける 待つ 守る 育てる 選ぶ'),
  'verb.book': oneOf('読む 借りる 書く 買う 選ぶ'),
  'verb.sheet': oneOf('選ぶ 送る 集める 買う 借りる'),
  'verb.machine': oneOf('買う 運ぶ 売る 借りる 選ぶ'),
  spot: oneOf('庭 公園 学校 駅 図書館 村 町 森 部屋 海'),
  side: oneOf('上 下 横 中 前'),
  day: oneOf('今日 明日 毎日 毎朝 今夜 時々'),
  asking: oneOf('なぜ いつ どうして'),
  always: oneOf('いつも よく 必ず ゆっくり たいてい'),
  never: oneOf('決して あまり めったに 全然'),
  number: oneOf('二 三 四 五 六 七'),
};

/** What a topic does: a positive or negative adverb asks for its ending after the whole predicate. */
function act(kind: string): Expansion[] {
  return [
    [0.48, `<doing.${kind}> ます`],
    [0.2, `<always> <doing.${kind}> ます`],
    [0.14, `<doing.${kind}> ません`],
    [0.18, `<never> <doing.${kind}> ません`],
  ];
}

/** A noun, bare or after an adjective or a relative clause. */
function phrase(kind: string, quality: string): Expansion[] {
  return [
    [0.46, `<noun.${kind}>`],
    [0.34, `<quality.${quality}> <noun.${kind}>`],
    [0.2, `<relative.${kind}> <noun.${kind}>`],
  ];
}

/** A thing that someone does something with: the verb of someone of respect is in the form of respect. */
function handled(verbs: string): Expansion[] {
  return [
    [0.7, `<phrase.person> が <verb.${verbs}>`],
    [0.3, `<phrase.honoured> が お <stem.${verbs}> になる`],
  ];
}

/** The object of a verb, counted or not. */
function object(kind: string, counter: string): Expansion[] {
  return [
    [0.76, `<phrase.${kind}> を`],
    [0.24, `<phrase.${kind}> を <number> ${counter}`],
  ];
}

/** The rules of Japanese sentences; the start is `japanese`. */
export const JAPANESE: Rules = {
  ...sentences,
  ...lexicon,
  'act.person': act('person'),
  'act.honoured': act('honoured'),
  'act.animal': act('animal'),
  'phrase.person': phrase('person', 'living'),
  'phrase.honoured': phrase('honoured', 'living'),
  'phrase.animal': phrase('animal', 'living'),
  'phrase.book': phrase('book', 'thing'),
  'phrase.sheet': phrase('sheet', 'thing'),
  'phrase.machine': phrase('machine', 'thing'),
  'phrase.furniture': phrase('furniture', 'thing'),
  'relative.person': [
    [0.4, '<verb.person>'],
    [0.3, '<phrase.book> を <verb.book>'],
    [0.3, '<phrase.animal> を <verb.living>'],
  ],
  'relative.honoured': [
    [0.5, '<phrase.book> を お <stem.book> になる'],
    [0.5, '<phrase.person> が <verb.living>'],
  ],
  'relative.animal': [
    [0.5, '<verb.animal>'],
    [0.5, '<phrase.person> が <verb.living>'],
  ],
  'relative.book': handled('book'),
  'relative.sheet': handled('sheet'),
  'relative.machine': handled('machine'),
  'relative.furniture': handled('machine'),
  'object.book': object('book', '冊'),
  'object.sheet': object('sheet', '枚'),
  'object.machine': object('machine', '台'),
};
