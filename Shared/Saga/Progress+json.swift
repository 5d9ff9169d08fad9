public import CanonicalJSON

// A saga's progress is written at each of its steps.

extension Progress: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            if let failure { json.member("failure", failure) }
            json.member("phase", phase.rawValue)
            json.member("requests", requests)
            json.member("standing") { json in
                json.array(standing) { $0.integer(Int64($1)) }
            }
        }
    }
}

extension Progress.Request: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("attempt", Int64(attempt))
            json.member("step", Int64(step))
            json.member("waiting", waiting.rawValue)
        }
    }
}

extension SagaFailure: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("code", code)
            json.member("detail", detail)
            json.member("step", step)
        }
    }
}
