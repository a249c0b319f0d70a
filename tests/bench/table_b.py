"""Table B: the codec beside those of two well-known libraries."""
import json
import subprocess

from report import ratio, row

TITLE = "Codec"

ABOUT = """\
**Peers.** *libgammu* (GSM_DecodePDUFrame with DecodeHexBin; GSM_EncodeMultiPartSMS with GSM_EncodeSMSFrame and EncodeHexBin) and *libosmocore* (gsm_7bit_decode_n), both as Debian 12 has them, in the same process on the same PDUs and texts, each counted in its own CPU time. B1 decodes single messages and parts, in GSM 7-bit and in UCS-2, a sender's name among them; B2 splits and encodes texts of one to four parts in both. B4 counts the octets that a sending modem says: prompts, results, status reports, signals, in reads of 64 octets."""

_measured = {}


def about(bench):
    out = subprocess.run([bench.build / "tests/bench/bench_codec", str(bench.windows),
                          str(min(bench.seconds, 5))], check=True, stdout=subprocess.PIPE, text=True)
    for line in out.stdout.splitlines():
        found = json.loads(line)
        _measured[found["row"]] = found["ours"], found["peer"]
    return ABOUT


def against(name, figure, peer, goal):
    def measured(_bench):
        ours, theirs = _measured[name]
        return [row(name, figure, ours, theirs, ratio, f"≥ {goal:g} × {peer}", at_least=goal,
                    digits=2)]
    return measured


def dialogue(_bench):
    ours = [rate / 1e6 for rate in _measured["B4"][0]]
    return [row("B4", "dialogue, MB a second", ours, [1] * len(ours), ratio, "≥ 50 MB/s", at_least=50,
                digits=0)]


MEASURES = {
    ("B1",): against("B1", "DELIVERs decoded a second", "libgammu", 5),
    ("B2",): against("B2", "texts encoded a second", "libgammu", 5),
    ("B3",): against("B3", "texts of GSM 7-bit unpacked a second", "libosmocore", 1),
    ("B4",): dialogue,
}
