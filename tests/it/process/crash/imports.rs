//! Guest files through crashes: the server is killed at a random moment between the upload and the end of the filing.
//!
//! After each restart either nobody of the file is declared or everybody is. The job goes on where it was, or the file,
//! if its upload was not answered, is handed in again with the same key. In the end everybody is there exactly once, and
//! the same file changes nothing any more.

use std::{collections::HashMap, sync::OnceLock, time::Duration};

use hyper::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use crate::harness::{
    demo::Demo,
    filing::{STAYS, list},
    guest_file::{guest, hand_in, look},
    http::Api,
};

use super::{RESTART_LIMIT, Trial, mixed};

/// Guests of one file: several statements, several declarations, yet a round of seconds.
const GUESTS: usize = 520;
/// The clock goes on by more than a lease with each restart, so that jobs of the dead are taken up at once.
const LEASE_OVER: Duration = Duration::from_secs(30);
/// How long a file may take when nobody kills.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// What a trial counts.
#[derive(Debug, Default)]
struct Tally {
    before_the_answer: usize,
    nothing_filed: usize,
    all_filed: usize,
    slowest_restart: Duration,
}

/// Runs all rounds on one database.
pub async fn run(trial: &Trial) {
    let mut demo = trial.start_after(Duration::ZERO).await;
    let establishment = demo.hotel_establishment().to_owned();
    // A file that nobody disturbs tells how long one takes.
    let began = Instant::now();
    let api = demo.hotel().await;
    let id = upload(&api, &establishment, 0).await.expect("a server that nobody kills answers");
    finished(&api, &id, &demo).await;
    let mut aim = began.elapsed();

    let mut tally = Tally::default();
    for round in 1..=trial.rounds {
        let batch = usize::try_from(round).expect("a small number");
        // Around the moment of the commit, which the rounds before tell, whatever else the machine has to do.
        let moment = aim.mul_f64(0.2 + 1.2 * fraction(trial.seed.wrapping_add(round)));
        let api = demo.hotel().await;
        let known = OnceLock::new();
        tokio::select! {
            () = upload_and_wait(&api, &establishment, batch, &known) => {}
            () = after(moment) => {}
        }
        demo.kill();
        let killed = Instant::now();
        demo = trial.start_after(LEASE_OVER * u32::try_from(round).expect("a small number")).await;
        tally.slowest_restart = tally.slowest_restart.max(killed.elapsed());
        assert!(tally.slowest_restart < RESTART_LIMIT, "ready only {:?} after a kill", tally.slowest_restart);

        let api = demo.hotel().await;
        let filed_before = tally.all_filed;
        let import = settle(&api, &establishment, batch, known.into_inner(), &mut tally, &demo).await;
        aim = aim.mul_f64(if tally.all_filed > filed_before { 0.8 } else { 1.25 });
        assert_eq!(import["accepted"].as_u64(), Some(GUESTS as u64), "round {round}: {import}");
    }
    report(trial, &demo, &establishment, &tally).await;
}

/// Between 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "any fraction will do")]
fn fraction(seed: u64) -> f64 {
    (mixed(seed) >> 11) as f64 / (1_u64 << 53) as f64
}

async fn after(moment: Duration) {
    tokio::time::sleep_until(Instant::now() + moment).await;
}

/// The file of a round, always the same bytes.
fn file(batch: usize) -> Vec<u8> {
    let tags = [
        "ho_ten",
        "ngay_sinh",
        "ngay_sinh_dung_den",
        "gioi_tinh",
        "ma_quoc_tich",
        "so_ho_chieu",
        "so_phong",
        "ngay_den",
        "ngay_di_du_kien",
        "ngay_tra_phong",
        "thoi_han_tam_tru",
    ];
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><KHAI_BAO_TAM_TRU>".to_owned();
    for number in 0..GUESTS {
        text.push_str("<THONG_TIN_KHACH><so_thu_tu>1</so_thu_tu>");
        for (tag, value) in tags.iter().zip(guest(batch, number, "POL")) {
            text.push_str(&format!("<{tag}>{value}</{tag}>"));
        }
        text.push_str("</THONG_TIN_KHACH>");
    }
    (text + "</KHAI_BAO_TAM_TRU>").into_bytes()
}

/// The id of the import; none if no answer came.
async fn upload(api: &Api, establishment: &str, batch: usize) -> Option<String> {
    let fields = [("establishment_id", establishment), ("mode", "commit")];
    let key = format!("import-{batch}");
    let reply = hand_in(api, &key, &fields, "guests.xml", &file(batch)).await.ok()?;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.body);
    Some(reply.body["id"].as_str().expect("an import has an id").to_owned())
}

/// Hands in and looks on until the import is done or the server dead.
async fn upload_and_wait(api: &Api, establishment: &str, batch: usize, known: &OnceLock<String>) {
    let Some(id) = upload(api, establishment, batch).await else { return };
    let id = known.get_or_init(|| id);
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        match look(api, id).await {
            Ok(import) if import["status"] != "done" => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// After a crash: nobody or everybody is there; then the file is brought to its end.
async fn settle(
    api: &Api,
    establishment: &str,
    batch: usize,
    known: Option<String>,
    tally: &mut Tally,
    demo: &Demo,
) -> Value {
    // The upload is answered from the key if it was stored, and stored now if not: one import, one id.
    let id = upload(api, establishment, batch).await.expect("a server that nobody kills answers");
    match known {
        Some(known) => assert_eq!(known, id, "the repeated key made another import"),
        None => tally.before_the_answer += 1,
    }
    let import = look(api, &id).await.expect("an answer");
    let filed = import["declarations"].as_array().expect("declarations");
    let stays: u64 = filed.iter().map(|declaration| declaration["stay_count"].as_u64().expect("a number")).sum();
    match stays {
        0 => tally.nothing_filed += 1,
        count if count == GUESTS as u64 => tally.all_filed += 1,
        // Filed between two of our questions: all of it, all the same.
        count => panic!("{count} of {GUESTS} guests of {id} are declared"),
    }
    finished(api, &id, demo).await
}

async fn finished(api: &Api, id: &str, demo: &Demo) -> Value {
    let began = Instant::now();
    let mut pause = tokio::time::interval(PAUSE);
    let mut last = Value::Null;
    while began.elapsed() < PATIENCE {
        pause.tick().await;
        last = look(api, id).await.unwrap_or_else(|error| panic!("{error}\n{}", demo.log_tail()));
        if last["status"] == "done" {
            return last;
        }
    }
    panic!("never done: {last}\n{}", demo.log_tail())
}

async fn report(trial: &Trial, demo: &Demo, establishment: &str, tally: &Tally) {
    let api = demo.hotel().await;
    let again = upload_again(&api, establishment, demo).await;
    assert_eq!(again["ignored"].as_u64(), Some(GUESTS as u64), "the same file again changes nothing: {again}");

    let stays = list(&api, &format!("{STAYS}?establishment_id={establishment}")).await;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for stay in &stays {
        *seen.entry(stay["document"]["number"].as_str().expect("a stay has a document")).or_default() += 1;
    }
    let batches = usize::try_from(trial.rounds).expect("a small number");
    let expected: Vec<String> =
        (0..=batches).flat_map(|batch| (0..GUESTS).map(move |number| guest(batch, number, "POL")[5].clone())).collect();
    let lost = expected.iter().filter(|passport| !seen.contains_key(passport.as_str())).count();
    let doubled = seen.values().filter(|&&times| times > 1).count();
    eprintln!(
        "import crash on {}: rounds={} guests={} killed before the upload was answered={} with nothing filed={} with \
         all filed={} slowest restart={:.2} s seed={} lost={lost} doubled={doubled}",
        trial.name,
        trial.rounds,
        expected.len(),
        tally.before_the_answer,
        tally.nothing_filed,
        tally.all_filed,
        tally.slowest_restart.as_secs_f64(),
        trial.seed,
    );
    assert_eq!((lost, doubled), (0, 0), "lost and doubled guests");
}

async fn upload_again(api: &Api, establishment: &str, demo: &Demo) -> Value {
    let fields = [("establishment_id", establishment), ("mode", "commit")];
    let reply = hand_in(api, "import-again", &fields, "again.xml", &file(0)).await.expect("an answer");
    finished(api, reply.body["id"].as_str().expect("an import has an id"), demo).await
}
