-- What layout 4 added: destello of 23 November 2026, 02:51 UTC; the layout of destello 0.1.0.
CREATE TABLE model_versions (
    model TEXT PRIMARY KEY,
    parent TEXT NOT NULL,
    parent_source TEXT NOT NULL,
    made_at_us INTEGER NOT NULL,
    card TEXT NOT NULL,
    file BLOB NOT NULL
) STRICT;

INSERT INTO model_versions VALUES ('cap@0000abcd', 'cap@1f0c44d2', 'cap', 1795355523123456,
    '{"format":1,"name":"cap","about":"Deep-HiTS with cyclic average pooling (Reyes et al. 2018)","network":"cap","members":1,"input":{"channels":["reference","science","difference","snr"],"side_px":21,"pixel_scale_arcsec":null,"scaling":"median_norm","is_in_detection_polarity":true},"classes":["bogus","real"],"parameters":255490,"threshold":0.5,"training":{"data":"40 labels of /data/night","recipe":"AdamW","command":"destello fine-tune night/ --model cap --out mine.safetensors","seed":1,"examples":640,"commit":"","date":"2026-11-23"},"figures":{"validation_accuracy":0.9293333333333333}}',
    x'00ff10');
