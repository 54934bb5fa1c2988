// The gate as a call processing script of 3CX V20. It fails open: whatever goes wrong, the caller reaches the agents.
// Fill in the four values below, then follow docs/3cx.md.
#nullable disable
using CallFlow;
using System;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;

namespace dummy
{
    public class DbnCrmGate : ScriptBase<DbnCrmGate>
    {
        const string Crm = "https://YOUR-HOST/3cx/query";
        const string Key = "KEY";
        // Known callers, and everybody while the CRM does not answer.
        const string Agents = "800";
        const string UnknownCallers = "801";

        static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };

        public override void Start()
        {
            Task.Run(async () =>
            {
                try
                {
                    // First of all: if anything below fails, the engine delivers the call here.
                    MyCall.SetDefaultRoute(Agents, MyCall.Caller.CallerName);
                    if (await IsUnknown(MyCall.Caller.CallerID))
                        MyCall.SetDefaultRoute(UnknownCallers, MyCall.Caller.CallerName);
                }
                catch (Exception error)
                {
                    MyCall.Info($"DBN CRM was not asked: {error.Message}");
                }
                finally
                {
                    MyCall.Return(true);
                }
            });
        }

        // Only a clear no counts: an error answers false too, but with another status.
        static async Task<bool> IsUnknown(string caller)
        {
            var number = string.IsNullOrWhiteSpace(caller) ? "anonymous" : caller;
            var address = $"{Crm}?format=text&cid={Uri.EscapeDataString(number)}";
            using (var request = new HttpRequestMessage(HttpMethod.Get, address))
            {
                request.Headers.Add("X-API-Key", Key);
                using (var response = await Client.SendAsync(request))
                {
                    var answer = await response.Content.ReadAsStringAsync();
                    return response.StatusCode == HttpStatusCode.OK
                        && string.Equals(answer.Trim(), "false", StringComparison.OrdinalIgnoreCase);
                }
            }
        }
    }
}
