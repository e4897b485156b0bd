#include "data/language_private.h"

/* Languages whose words and letters are alike stand here together, also those that are rare in
 * training data: a guess is only made where one of them fits clearly better than all others. */
const struct sw_language sw_languages[] = {
    {"en", "English", SW_SCRIPT_LATIN, "éï",
        "the of and to a in is it that for you was with on as have but be they this are from at "
        "not or by we an which he his i your has had will would their been if there can what all "
        "she her do my our please were them who when more no me so about"},
    {"de", "German", SW_SCRIPT_LATIN, "äöüß",
        "der die und das ist in zu den von mit sich des auf für nicht ein eine als auch es an "
        "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so "
        "zum war haben nur oder aber vor zur bis mehr durch man sein wurde ich wir ihr kann bitte "
        "im wenn mir"},
    {"fr", "French", SW_SCRIPT_LATIN, "àâæçéèêëîïôœùûüÿ",
        "de la le et les des en un du une que est pour qui dans il a par plus pas au sur ne se ce "
        "je sont avec son nous vous mais on sa ou cette aux ont être été elle ses lui comme leur "
        "d l qu n s c y votre nos même bien deux"},
    {"es", "Spanish", SW_SCRIPT_LATIN, "áéíñóúü",
        "de la que el en y a los se del las un por con no una su para es al lo como más pero sus "
        "le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era "
        "muy años hasta desde está mi porque qué solo han yo hay nos usted gracias mucho muchas "
        "hemos hace"},
    {"pt", "Portuguese", SW_SCRIPT_LATIN, "áâãàçéêíóôõúü",
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao "
        "ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso "
        "ela entre era depois sem mesmo aos ter seus você são"},
    {"gl", "Galician", SW_SCRIPT_LATIN, "áéíñóúïü",
        "de a o que e do da en un para é con non unha os no se na por máis as dos como pero foi "
        "ao el das ten seu súa ou ser cando moito hai nos xa está eu tamén só polo pola ata iso "
        "ela entre era despois sen mesmo aos"},
    {"ca", "Catalan", SW_SCRIPT_LATIN, "àçèéíïòóúü",
        "de la que el i a en un per és amb no una els es les del al com més ha va són o però dels "
        "seva seu pel aquest aquesta ser quan molt hi ja està també entre sense fins on si ho "
        "d l s n tot ens"},
    {"it", "Italian", SW_SCRIPT_LATIN, "àèéìíòóùú",
        "di e il la che è in un a per del una non si da sono con le della ha i al dei nel come "
        "più alla gli anche lo ma delle se o ai ci su questo era dal essere dalla cui questa mi "
        "nella stato suo sua molto tutti quando fatto ho l d un"},
    {"ro", "Romanian", SW_SCRIPT_LATIN, "ăâîșțşţ",
        "de în și a la cu pe nu că un o se din este o pentru care mai să ce sunt am fost au ai lui "
        "ei prin după fi sau dar cel cea dintre până când fără le foarte acest această ale îi"},
    {"nl", "Dutch", SW_SCRIPT_LATIN, "éëèïóöüáê",
        "de het een van en in is dat op te zijn met voor niet aan er die ook als bij maar om uit "
        "dan door over ze naar hij heeft nog je worden wordt was kan deze ik haar tot geen hun zo "
        "werd wij u meer hebben of wat we dit"},
    {"sv", "Swedish", SW_SCRIPT_LATIN, "åäöé",
        "och att det i som en på är av för med till den har de inte om ett han var men jag sig "
        "från vi så kan när man nu hade eller efter vid också sin under skulle hon där alla ska "
        "mycket mot blev"},
    {"da", "Danish", SW_SCRIPT_LATIN, "æøåé",
        "og at det er i en den til af for på med de ikke som der et har jeg han var men sig fra vi "
        "så kan da nu havde eller efter hvad også sin under skulle hun hvor alle skal meget mod "
        "blev ved blive kun nogle"},
    {"nb", "Norwegian", SW_SCRIPT_LATIN, "æøåéòô",
        "og å det er i en den til av for på med de ikke som et har jeg han var men seg fra vi så "
        "kan da nå hadde eller etter hva også sin under skulle hun hvor alle skal mye mot ble ved "
        "bli bare noen at"},
    {"fi", "Finnish", SW_SCRIPT_LATIN, "äöåšž",
        "ja on ei että se hän oli ovat mutta kun myös kuin joka niin jos tai sen ole olla mitä "
        "hänen tämä vain jo minä sitä siitä nyt voi sekä kaikki ne me mukaan ennen jälkeen ollut"},
    {"hu", "Hungarian", SW_SCRIPT_LATIN, "áéíóöőúüű",
        "a az és hogy nem is egy ez csak meg de volt már van azt mint még el ha ki be kell lehet "
        "aki ezt vagy le sem minden én fel mert nagy után pedig két azért akkor sok lesz"},
    {"pl", "Polish", SW_SCRIPT_LATIN, "ąćęłńóśźż",
        "w i z na się nie do to że jest o jak po co ale od za a są dla ich przez jego tak czy już "
        "był tym było być tylko przy może które który także oraz bardzo ze jej też jeszcze pod "
        "nas mnie ten ma"},
    {"cs", "Czech", SW_SCRIPT_LATIN, "áčďéěíňóřšťúůýž",
        "a v se na je že to s z do i o ve pro jsem za ale by jako tak po k si co není byl jeho "
        "nebo jsou od aby která který když už byla ještě jen až jak při před mezi pouze také ze "
        "jsme bylo u protože jste kde vám prosím"},
    {"sk", "Slovak", SW_SCRIPT_LATIN, "áäčďéíĺľňóôŕšťúýž",
        "a v sa na je že to s z do i o vo pre som za ale by ako tak po k si čo nie bol jeho alebo "
        "sú od aby ktorá ktorý keď už bola ešte len až pri pred medzi iba tiež zo sme bolo u "
        "pretože ste kde vám prosím"},
    {"tr", "Turkish", SW_SCRIPT_LATIN, "çğıöşüâîû",
        "ve bir bu da de için ile o çok gibi daha ne kadar olarak sonra ama var olan en ben ki "
        "değil her mi yok diye onun ya veya ise bana sen iyi olduğu nasıl şey içinde tarafından"},
    {"id", "Indonesian", SW_SCRIPT_LATIN, "é",
        "yang dan di untuk dengan ini itu dari pada tidak dalam ke akan adalah atau juga saya ada "
        "oleh kami mereka sebagai bisa karena anda telah dapat lebih sudah kita seperti bahwa"},
    {"ru", "Russian", SW_SCRIPT_CYRILLIC, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "и в не на что я с он а как то это по но из к у за от так для же вы его о бы все мы или "
        "только был было если уже мне при до она они быть когда нет может также есть чтобы этот ли "
        "будет очень где вас"},
    {"uk", "Ukrainian", SW_SCRIPT_CYRILLIC, "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "і в не на що я з він а як то це по але із до у за від так для ж ви його про би все ми або "
        "тільки був було якщо вже мені при вона вони бути коли немає може також є щоб цей та й чи "
        "буде дуже де вас"},
    {"bg", "Bulgarian", SW_SCRIPT_CYRILLIC, "абвгдежзийклмнопрстуфхцчшщъьюяѝ",
        "на и да се за от е в не с това са по като че до ще си през има но след бе или при ли той "
        "му ги което който много само ни към те беше още го ми а тя би без"},
    {"be", "Belarusian", SW_SCRIPT_CYRILLIC, "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        "і ў не на што я з ён а як то гэта па але да у за ад так для жа вы яго пра бы усе мы або "
        "толькі быў было калі ужо мне пры яна яны быць няма можа таксама ёсць каб гэты"},
    {"sr", "Serbian", SW_SCRIPT_CYRILLIC, "абвгдђежзијклљмнњопрстћуфхцчџш",
        "и у је да се на за од са су не што као а из по али који која о ли до то он би није само "
        "или када све ће био још након ако сам ово због бити"},
    {"el", "Greek", SW_SCRIPT_GREEK, NULL, NULL},
    {"he", "Hebrew", SW_SCRIPT_HEBREW, NULL, NULL},
    {"ar", "Arabic", SW_SCRIPT_ARABIC, "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",
        "في من على إلى أن عن هذا التي الذي هذه مع كان لا ما كل بعد أو قد بين لم هو هي ذلك كما "
        "عند غير حيث كانت يا ثم إذا قبل"},
    {"fa", "Persian", SW_SCRIPT_ARABIC, "آأئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
        "و در به از که این را با است برای آن یک خود تا بر هم نیز شد می ما اما یا شود باید های "
        "کرد بود دارد او من هر چه نمی اگر همه"},
    {"ur", "Urdu", SW_SCRIPT_ARABIC, "آأئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیےؤ",
        "کے کی میں ہے اور سے کا کو نے اس کہ یہ پر ہیں ایک بھی نہیں کر تھا گیا وہ ہو جو ان اپنے لیے "
        "تو تھے تک یا"},
    {"hi", "Hindi", SW_SCRIPT_DEVANAGARI,
        "ऀँंःअआइईउऊऋऌऍऎएऐऑऒओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहऽािीुूृॅेैॉोौ्ड़ढ़़ॐ",
        "के में की है को से का और पर यह एक नहीं भी हैं कि इस ने लिए था जो तो कर ही हो वह आप अपने "
        "किया गया कुछ थे मैं हम या साथ बहुत"},
    {"mr", "Marathi", SW_SCRIPT_DEVANAGARI,
        "ऀँंःअआइईउऊऋऌऍऎएऐऑऒओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरऱलळवशषसहऽािीुूृॅेैॉोौ्ड़ढ़़ॐ",
        "आहे आणि या हे नाही तो ते मी होते होता तर व की ही हा केली पण आहेत झाला करून असे एक त्या "
        "मध्ये काही यांनी आपल्या त्यांच्या"},
    {"ne", "Nepali", SW_SCRIPT_DEVANAGARI,
        "ऀँंःअआइईउऊऋऌऍऎएऐऑऒओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहऽािीुूृॅेैॉोौ्ड़ढ़़ॐ",
        "छ र को मा पनि छन् यो हो गर्न भने तर एक यस गर्ने भएको लागि नेपाल उनले गरेको हुन् थियो "
        "भन्ने त्यो म हुने सबै के"},
    {"th", "Thai", SW_SCRIPT_THAI, NULL, NULL},
    {"ko", "Korean", SW_SCRIPT_HANGUL, NULL, NULL},
    {"ja", "Japanese", SW_SCRIPT_KANA, NULL, NULL},
    {"zh", "Chinese", SW_SCRIPT_HAN, NULL, NULL},
};
const size_t sw_language_count = SW_COUNT(sw_languages);
