from __future__ import annotations

import pytest

from cockpit.model.masking import MASK, Masker


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://shop:hunter2secret@db:5432/shop",
        "redis://:hunter2secret@kv/0",
        "Authorization: Bearer hunter2secret",
        "authorization=Basic hunter2secret",
        "PASSWORD=hunter2secret",
        '{"api_key": "hunter2secret"}',
        "X-Break-Glass-Token: hunter2secret",
        "STRIPE_WEBHOOK_SECRET='hunter2secret'",
    ],
)
def test_secrets_by_shape(text: str) -> None:
    masked = Masker().secrets(text)
    assert "hunter2secret" not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "token", ["sk_live_abcdefgh12345678", "whsec_abcdefgh12345678", "ghp_abcdefgh12345678", "AKIAABCDEFGHIJKLMNOP"]
)
def test_tokens_by_their_prefix(token: str) -> None:
    assert token not in Masker().secrets(f"got {token} from the vault")


def test_known_values_wherever_they_stand() -> None:
    assert Masker(["s3cr3t"]).secrets("x s3cr3t y") == f"x {MASK} y"
    assert Masker(["a"]).secrets("a cat") == "a cat"


def test_a_json_web_token() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk"
    assert token not in Masker().secrets(f"cookie {token}")


def test_personal_data_is_hidden_from_observers_only() -> None:
    text = "mail ann.lee@example.org paid with 4242 4242 4242 4242"
    assert Masker().secrets(text) == text
    assert Masker().everything(text) == f"mail {MASK} paid with {MASK}"


def test_a_long_number_that_is_no_card_stays() -> None:
    assert Masker().everything("order 1234567890123456") == "order 1234567890123456"


def test_the_literals_of_a_query() -> None:
    assert Masker().query("SELECT * FROM users WHERE name = 'O''Brien'") == f"SELECT * FROM users WHERE name = '{MASK}'"


def test_ordinary_text_is_left_alone() -> None:
    text = "lock:cron:recalculate is held by worker-1:8821 for 1:07:12"
    assert Masker().everything(text) == text
