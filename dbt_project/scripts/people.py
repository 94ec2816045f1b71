"""The invented people of Harbour Goods: names and places in many scripts.

A name is written `native` or `native/handle`, where the handle is how its owner
spells it in an e-mail address. Phone numbers come only from ranges that a
regulator keeps free for fiction; a country without such a range has none:

- GB 020 7946 0xxx: Ofcom, telephone numbers for use in TV and radio drama
- US 555-01xx: North American Numbering Plan
- DE 030 23125 xxx: Bundesnetzagentur, "Drama Numbers"
- FR 01 99 00 xx xx: Arcep, numbers for audiovisual works
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """People of one country; `phone` has a `{}` for each digit, or is None."""

    country: str
    first_names: list[str]
    last_names: list[str]
    streets: list[str]
    cities: list[str]
    phone: str | None = None


PLACES = [
    Place(
        "GB",
        "Amelia Oliver Isla George Freya Alfie Poppy Rhys Niamh Callum".split(),
        "O'Brien/obrien Smith Hughes Campbell D'Arcy/darcy Walker Okafor".split(),
        ["{} Harbour Row", "{} St Mary's Lane", "{} Quayside", "{} King's Road"],
        ["Whitby/YO22 9ZZ", "Penzance/TR18 9ZZ", "Portree/IV51 9ZZ"],
        "+44 20 7946 0{}{}{}",
    ),
    Place(
        "US",
        "Olivia Liam Ava Noah Sophia Ethan Maya Lucas Zoe Caleb".split(),
        "Johnson Miller Garcia Nguyen O'Neill/oneill Washington Lee".split(),
        ["{} Wharf Street", "{} Lighthouse Avenue", "{} Fisherman's Way"],
        ["Mystic/06355", "Astoria/97103", "Rockport/04856"],
        "+1 212 555 01{}{}",
    ),
    Place(
        "DE",
        "Jörg/joerg Käthe/kaethe Björn/bjoern Anke Heiko Wiebke Sören/soeren".split(),
        "Müller/mueller Großmann/grossmann Petersen Weiß/weiss Jäger/jaeger".split(),
        ["Fischmarkt {}", "Große Elbstraße {}", "Am Kai {}"],
        ["Hamburg/20095", "Kiel/24103", "Lübeck/23552"],
        "+49 30 23125 {}{}{}",
    ),
    Place(
        "FR",
        "Chloé/chloe Maël/mael Zoë/zoe Théo/theo Inès/ines François/francois".split(),
        "L'Hermitte/lhermitte D'Almeida/dalmeida Lefèvre/lefevre Noël/noel".split(),
        ["{} quai de l'Île", "{} rue de la Pêcherie", "{} allée des Goélands"],
        ["Saint-Malo/35400", "Marseille/13002", "Sète/34200"],
        "+33 1 99 00 {}{} {}{}",
    ),
    Place(
        "PL",
        "Łukasz/lukasz Małgorzata/malgorzata Żaneta/zaneta Święto/swieto".split(),
        "Wójcik/wojcik Kowalczyk Dąbrowska/dabrowska Śliwa/sliwa".split(),
        ["ul. Żeglarska {}", "ul. Długi Targ {}"],
        ["Gdańsk/80-001", "Świnoujście/72-600"],
    ),
    Place(
        "TR",
        "İpek/ipek Çağrı/cagri Işıl/isil Gökhan/gokhan Şule/sule".split(),
        "Yıldız/yildiz Öztürk/ozturk Güneş/gunes Kılıç/kilic".split(),
        ["Sahil Caddesi {}", "Balıkçı Sokağı {}"],
        ["İzmir/35000", "Çeşme/35930"],
    ),
    Place(
        "GR",
        "Ελένη/eleni Γιώργος/giorgos Μαρία/maria Νίκος/nikos Σοφία/sofia".split(),
        "Παπαδάκη/papadaki Οικονόμου/oikonomou Δημητρίου/dimitriou".split(),
        ["Ακτή Μιαούλη {}", "Λιμάνι {}"],
        ["Πειραιάς/185 35", "Χανιά/731 00"],
    ),
    Place(
        "BG",
        "Елена/elena Георги/georgi Мария/maria Димитър/dimitar Ивайло/ivaylo".split(),
        "Иванова/ivanova Петров/petrov Стоянова/stoyanova Щерев/shterev".split(),
        ["ул. Морска {}", "бул. Приморски {}"],
        ["Варна/9000", "Бургас/8000"],
    ),
    Place(
        "EG",
        "ليلى/layla عمر/omar فاطمة/fatima يوسف/youssef نور/nour".split(),
        "حسن/hassan السيد/elsayed منصور/mansour العربي/elaraby".split(),
        ["شارع البحر {}", "كورنيش النيل {}"],
        ["الإسكندرية/21500", "دمياط/34511"],
    ),
    Place(
        "IL",
        "נועה/noa דוד/david תמר/tamar איתן/eitan שירה/shira".split(),
        "כהן/cohen לוי/levi מזרחי/mizrahi פרץ/peretz".split(),
        ["רחוב הנמל {}", "שדרות הים {}"],
        ["חיפה/3100001", "יפו/6801298"],
    ),
    Place(
        "CN",
        "伟/wei 芳/fang 秀英/xiuying 强/qiang 静/jing".split(),
        "王/wang 李/li 张/zhang 刘/liu 陈/chen".split(),
        ["港口路{}号", "海滨大道{}号"],
        ["青岛/266000", "厦门/361000"],
    ),
    Place(
        "JP",
        "さくら/sakura 健太/kenta ユキ/yuki 陽子/yoko 翔/sho".split(),
        "佐藤/sato 鈴木/suzuki 高橋/takahashi 渡辺/watanabe".split(),
        ["港町{}丁目", "海岸通り{}番地"],
        ["横浜市/231-0001", "神戸市/650-0024"],
    ),
    Place(
        "KR",
        "민준/minjun 서연/seoyeon 지우/jiwoo 하은/haeun 도윤/doyun".split(),
        "김/kim 이/yi 박/park 최/choi".split(),
        ["항구로 {}", "해안대로 {}"],
        ["부산/48058", "인천/22382"],
    ),
]
