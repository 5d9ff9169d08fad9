public import CanonicalJSON
import Contracts

extension TimelineEntry: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("at", at)
            json.member("attempt", Int64(attempt))
            if let detail { json.member("detail", detail) }
            json.member("direction", direction.rawValue)
            json.member("status", status.rawValue)
            json.member("step", step)
        }
    }
}
