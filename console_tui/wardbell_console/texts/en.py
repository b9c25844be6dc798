"""The console in English, beside the shared words (wardbell_bus/words). Tests hold all languages to the same keys."""

TEXTS = {
    "language.own_name": "English",
    "language.other": "中文",
    "app.title": "Wardbell",
    "app.all_wards": "all wards",
    "status.by": "{status} {by}",
    "step.forward": "forward",
    "step.call_centre": "call centre",
    "step.all_stations": "all stations",
    "step.reraise": "rings again",
    "part.radio": "Radio",
    "part.gateway": "Gateway",
    "part.broker": "Broker",
    "part.escalator": "Escalator",
    "part.callcenter": "Call centre",
    "health.online": "ok",
    "health.degraded": "fault",
    "health.offline": "gone",
    "health.silent": "silent",
    # Head and columns.
    "head.counts": "open {open}  calling {calling}  oldest {oldest}",
    "head.muted": "muted {left}",
    "column.mark": "",
    "column.ward": "ward",
    "column.place": "place",
    "column.kind": "call",
    "column.age": "age",
    "column.presses": "x",
    "column.state": "state",
    "column.next": "next",
    "column.contact": "call centre",
    "row.stale": "stale",
    "row.elsewhere": "{ward}: {state}",
    "row.next": "{step} {left}",
    "row.no_next": "",
    "row.last_step": "all steps taken",
    "list.empty": "No open calls.",
    "list.empty_stale": "No open calls known; this may be out of date.",
    # Verbs, as shown while they wait for the authority.
    "verb.acknowledge": "ack",
    "verb.clear": "clear",
    "verb.step": "escalate",
    "verb.history": "history",
    "verb.pending": "{verb} pending",
    "verb.refused": "{verb} refused",
    "verb.unconfirmed": "{verb} not confirmed",
    "verb.unconfirmed_row": "{verb} unconfirmed",
    # The one line about what happened to the last key.
    "notice.confirmed": "{target}: {verb} confirmed.",
    "notice.refused": "{target}: {verb} refused: {reason}.",
    "notice.unconfirmed": "{target}: {verb} NOT CONFIRMED: no answer for 5 s. Press the key again to retry.",
    "notice.muted": "Tone muted for at most 2 min; the next call and every urgent call still ring.",
    "notice.placed": "New: {target} {kind}.",
    "reason.no_call": "no call is selected",
    "reason.not_here": "may not be cleared from the console; clear it at the bed",
    "reason.no_broker": "no connection to the broker, nothing was sent",
    "reason.no_centre_step": "this kind of call has no step to the call centre",
    "reason.at_centre": "it is at the call centre already",
    "reason.answered": "somebody answered it already",
    # Banner.
    "banner.broker": "NO BROKER for {age}: this list is STALE. Go by the receiver and dome lights.",
    "banner.gateway": "GATEWAY of {ward} {state}: its calls are STALE. Go by the receiver.",
    "banner.resync": "Something was missed: reading {ward} again.",
    # Detail of the selected call.
    "detail.call": "{ward} {place} {kind}, {at}, round {round}, presses {presses}, last {last} ago",
    "detail.fault": "{ward} {place} {kind}, since {at}",
    "detail.unproven": "unauthenticated",
    "detail.no_contact": "call centre: not told yet",
    "detail.contact": "call centre: {contact}",
    # Keys.
    "keys.nurse": "a ack  c clear  e escalate  h history  f faults  m mute  o seat  l 中文  ? help",
    # Clear.
    "confirm.title": "Clear {place}, {kind}?",
    "confirm.text": "Only when the resident has been seen to. The lamp goes out.",
    "confirm.keys": "y clear    esc leave it lit",
    "confirm.gone": "This call is no longer open.",
    # Faults: the longer word for each, with what to look at.
    "faults.title": "Faults: {count}",
    "faults.none": "No faults.",
    "faults.line": "{place}: {what}, for {age}{by}",
    "faults.by": ", {by} knows",
    "faults.keys": "up/down scroll    esc back",
    "about.silent": "no heartbeat and no press; look at its battery, try its button",
    "about.weak_signal": "comes in ever weaker; look at battery, antenna, what stands before it",
    "about.low_battery": "change the battery within days",
    "about.unplugged": "the handset's cable is out or cut; see to the resident, plug it in",
    "about.key_fault": "a button is held, a cable open or a contact loose; free or mend it",
    "about.counter_ending": "its counter nears its end; enrol it with a new key within the year",
    "about.self_test_runs": "the daily test of the chain, over in 20 s",
    "about.self_test": "did not answer the daily test; look whether it runs and is connected",
    "about.test_round": "a button's first press is a test, any further press is a call",
    "about.mains_lost": "runs on its battery: look at its plug and fuse",
    "about.display_lost": "its display is dark or frozen, calls ring on: look at the display's plug",
    "about.only_at_receiver": "learnt at the receiver, rings only there: enrol it (wardbell enrol)",
    "about.stand_in": "no gateway: a receiver tells of its own calls, and keeps no record",
    "about.radio_blind": "hears nothing: somebody jams 433 MHz, or its radio module is dead",
    "about.stations_silent": "most stations are not heard; look at its radio module and antenna",
    "about.link_lost": "does not answer the gateway; look at cable and power",
    "about.ear_lost": "this further receiver is gone; look at its host and its wardbell-iq",
    "about.lost": "the gateway does not reach it; look at its machine and the network",
    "about.malformed": "its file cannot be used, the last good one is in force; mend it",
    "about.none_present": "no console is open in this ward",
    "about.forged_frames": "refused: not its key; write its newest settings file to the node",
    "about.replayed_frames": "refused: somebody plays recordings of it; they place no call",
    "about.reused_counters": "its counter is lost, or somebody has its key; enrol it with a new key",
    "about.bare_words": "refused: sent without its key; write its settings file to the node",
    # History.
    "history.title": "History of {place}, {kind}",
    "history.pending": "pending: asking the gateway",
    "history.unconfirmed": "No answer from the gateway. esc, then h to ask again.",
    "history.refused": "The gateway refused: {reason}.",
    "history.line": "{at}  +{age}  {event}{by}",
    "history.by": "  {by}",
    "history.where": "{by} ({where})",
    "history.keys": "up/down scroll    esc back",
    "event.placed": "placed",
    "event.pressed_again": "pressed again",
    "event.acknowledged": "acknowledged",
    "event.attended": "staff present",
    "event.cleared": "cleared",
    "event.raised_again": "rings again",
    # Help.
    "help.title": "Keys and signs",
    "help.text": (
        "up/down  choose a call; the choice stays with the call\n"
        "a        acknowledge: I am going; the tone stops, the lamp stays lit\n"
        "c        clear: asked once more; urgent calls clear only at the bed\n"
        "e        escalate now: tell the call centre at once\n"
        "h        history of the call\n"
        "f        all faults, and what to look at\n"
        "m        mute, at most 2 min; urgent calls still ring\n"
        "o        operator view; esc comes back\n"
        "l        language\n"
        "ctrl+q   quit\n"
        "\n"
        "***** code   !!!!! emergency   !!!! bathroom\n"
        "!!! staff assist   !! normal   - fault\n"
        "?  behind a call: unauthenticated, from a remote without a key\n"
        "pending: the key is on its way; nothing has happened yet\n"
        "not confirmed: no answer in 5 s; press the key again\n"
        "stale: the gateway or broker is lost; trust the receiver"
    ),
    "help.keys": "esc back",
}
