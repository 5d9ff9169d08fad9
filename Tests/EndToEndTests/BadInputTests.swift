import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Bad input")
    struct BadInputTests {
        /// Bodies that are wrong whatever the route expects.
        static let nonsense: [String] = [
            "", " ", "{", "}", "null", "true", "42", "\"text\"", "[]", "[1,2", "{\"a\"}", "{'a':1}",
            "{\"amount\":1,}", "\u{0}", "{\"amount\": NaN}", "{\"amount\": 01}",
            String(repeating: "[", count: 5000),
            "{\"a\":" + String(repeating: "{\"a\":", count: 3000),
            "\u{FEFF}{}", "{\"amount\": \"\\ud800\"}",
        ]

        static let routes = [
            "payment/v1/payments", "ledger/v1/accounts", "ledger/v1/transfers", "ledger/v1/holds",
            "billing/v1/customers", "billing/v1/fee-plans",
        ]

        /// Values that no amount may have, as JSON.
        static let badAmounts = [
            "10.5", "10.0", "1e3", "-1", "0", "100000000000000", "9223372036854775807",
            "9223372036854775808", "123456789012345678901234567890", "\"1000\"", "true", "null",
            "[1000]", "{\"value\": 1000}", "{\"value\": 1000, \"scale\": 2}", "1E400", "-0", "0.1",
        ]

        @Test("of any shape is answered 400, never 500", arguments: routes)
        func nonsense(route: String) async throws {
            try await onStack { stack in
                for body in Self.nonsense {
                    let answer = try await send(route, body, to: stack)
                    #expect(answer.status == 400, "\(route) answered \(answer.status) to \(body)")
                    #expect(answer.headers["content-type"] == "application/problem+json")
                    #expect(answer.body["code"].string != nil)
                    #expect(answer.body["request_id"].string != nil)
                }
            }
        }

        @Test("where an amount belongs is 400, whatever it is", arguments: badAmounts)
        func amounts(amount: String) async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let payment = """
                    {"amount": \(amount), "currency": "USD", "source": "\(market.payer)",
                     "destination": "\(market.payee)"}
                    """
                let transfer = """
                    {"currency": "USD", "entries": [
                     {"account": "\(market.bank)", "side": "debit", "amount": \(amount)},
                     {"account": "\(market.payer)", "side": "credit", "amount": \(amount)}]}
                    """
                let hold = """
                    {"account": "\(market.payer)", "to": "\(market.payee)", "currency": "USD",
                     "amount": \(amount)}
                    """
                for (route, body) in [
                    ("payment/v1/payments", payment), ("ledger/v1/transfers", transfer),
                    ("ledger/v1/holds", hold),
                ] {
                    let answer = try await send(route, body, to: stack)
                    #expect(answer.status == 400, "\(route): \(answer.status) \(answer.body)")
                }
                #expect(try await market.balance(of: market.payer) == .settled(1_000_000))
            }
        }

        @Test("in any other member is refused and names what is wrong")
        func members() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let long = String(repeating: "x", count: 5000)
                let changes: [[String: JSON]] = [
                    ["currency": "usd"], ["currency": "XXX"], ["currency": ""], ["currency": 840],
                    ["source": "acct_1"], ["source": "pay_0190163d-8694-739b-aea5-966c26f8ad91"],
                    ["source": 1], ["source": nil], ["destination": .string(long)],
                    ["customer": "nobody"], ["description": .string(long)],
                    ["description": "nul \u{0}"], ["reference": 5], ["metadata": "text"],
                    ["metadata": ["key": 1]], ["metadata": [1]],
                ]
                for change in changes {
                    let answer = try await stack.payment.post(
                        "/v1/payments", market.order(100, change))
                    #expect((400..<423).contains(answer.status), "\(change): \(answer.body)")
                    #expect(answer.body["code"].string != nil)
                }
            }
        }

        @Test("that is too large is 413", arguments: routes)
        func large(route: String) async throws {
            try await onStack { stack in
                let body = "{\"name\": \"" + String(repeating: "x", count: 1 << 20) + "\"}"
                let answer = try await send(route, body, to: stack)
                #expect(answer.status == 413)
                #expect(answer.body["code"].string != nil)
            }
        }

        @Test(
            "in a path or a query is 400 or 404",
            arguments: [
                "payment/v1/payments/pay_1", "payment/v1/payments/%00",
                "payment/v1/payments/'%20OR",
                "payment/v1/payments?limit=0", "payment/v1/payments?limit=many",
                "payment/v1/payments?limit=101", "payment/v1/payments?cursor=%FF",
                "payment/v1/payments?cursor=nonsense", "payment/v1/payments?status=lost",
                "ledger/v1/accounts/acct_0190163d-8694-739b-aea5-966c26f8ad91",
                "ledger/v1/accounts/%F0%9F%92%A9/entries", "ledger/v1/transfers/txn_",
                "ledger/v2/x",
                "billing/v1/invoices/inv_0190163d-8694-739b-aea5-966c26f8ad91",
                "billing/v1/customers/..%2F..%2Fetc", "billing/v1/invoices?payment=pay_x",
            ])
        func places(place: String) async throws {
            try await onStack { stack in
                let (client, path) = client(place, of: stack)
                let answer = try await client.get(path)
                #expect([400, 404].contains(answer.status), "\(place): \(answer.status)")
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
        }

        @Test(
            "for an idempotency key is 400",
            arguments: [
                "", "\"\"", "\"unclosed", String(repeating: "k", count: 256),
            ])
        func keys(key: String) async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let answer = try await stack.payment.post(
                    "/v1/payments", market.order(100), idempotencyKey: key)
                #expect(answer.status == 400, "\(key): \(answer.body)")
            }
        }

        private func client(_ route: String, of stack: TestStack) -> (APIClient, String) {
            let parts = route.split(separator: "/", maxSplits: 1)
            let path = "/" + (parts.last ?? "")
            return switch parts.first {
            case "payment": (stack.payment, path)
            case "billing": (stack.billing, path)
            default: (stack.ledger, path)
            }
        }

        private func send(
            _ route: String, _ body: String, to stack: TestStack
        ) async throws -> APIClient.Answer {
            let (client, path) = client(route, of: stack)
            return try await client.send(
                method: "POST", path, body: Array(body.utf8),
                headers: [
                    "Content-Type": "application/json", "Idempotency-Key": UUID().uuidString,
                ])
        }
    }
}
