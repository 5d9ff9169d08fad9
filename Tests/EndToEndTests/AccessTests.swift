import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Access")
    struct AccessTests {
        @Test(
            "without a token, or with a wrong one, is refused",
            arguments: [
                nil, "", "nonsense", "a.b.c",
                // Signed with nothing at all.
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwidGVuYW50IjoieCIsInNjb3BlIjoib3BlcmF0b3IifQ.",
            ])
        func unauthorized(token: String?) async throws {
            try await onStack { stack in
                for var client in [stack.payment, stack.billing, stack.ledger] {
                    client.token = token
                    for path in ["/v1/payments", "/v1/accounts", "/v1/customers"] {
                        let answer = try await client.get(path)
                        #expect([401, 404].contains(answer.status))
                    }
                }
                var client = stack.payment
                client.token = token
                let answer = try await client.get("/v1/payments")
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] != nil)
            }
        }

        @Test("needs the scope of what is asked")
        func scopes() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                var reader = stack.payment
                reader.token = try await stack.token(tenant: "demo", scopes: ["payments:read"])
                #expect(try await reader.get("/v1/payments").status == 200)
                let refused = try await reader.post("/v1/payments", market.order(100))
                #expect(refused.status == 403)
                #expect(refused.body["code"].string == "insufficient-scope")
            }
        }

        @Test("to the probes and the metrics needs no token")
        func probes() async throws {
            try await onStack { stack in
                for var client in [stack.payment, stack.billing, stack.ledger] {
                    client.token = nil
                    #expect(try await client.get("/livez").status == 200)
                    #expect(try await client.get("/readyz").status == 200)
                    let metrics = try await client.get("/metrics")
                    #expect(metrics.status == 200)
                    #expect(metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
                    #expect(String(decoding: metrics.bytes, as: UTF8.self).contains("# TYPE"))
                }
            }
        }
    }
}
