// A Vulkan layer that writes every shader module (SPIR-V) it sees to $MODULES/NUMBER.spv.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;

// The loader's record in a chain of structures: what comes behind this layer.
static void *link_of(const void *chain, VkStructureType type) {
  for (const VkBaseInStructure *at = chain; at; at = at->pNext) {
    if (at->sType == type && ((const VkLayerInstanceCreateInfo *)at)->function == VK_LAYER_LINK_INFO) return (void *)at;
  }
  abort();
}

static VkResult create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator, VkInstance *made) {
  VkLayerInstanceCreateInfo *link = link_of(info->pNext, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO);
  next_instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  return ((PFN_vkCreateInstance)next_instance_proc(NULL, "vkCreateInstance"))(info, allocator, made);
}

static VkResult create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                              const VkAllocationCallbacks *allocator, VkDevice *made) {
  VkLayerDeviceCreateInfo *link = link_of(info->pNext, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO);
  PFN_vkGetInstanceProcAddr proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device_proc = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  return ((PFN_vkCreateDevice)proc(NULL, "vkCreateDevice"))(physical, info, allocator, made);
}

static VkResult create_module(VkDevice device, const VkShaderModuleCreateInfo *info,
                              const VkAllocationCallbacks *allocator, VkShaderModule *made) {
  static int number = 0;
  char path[4096];
  snprintf(path, sizeof path, "%s/%d.spv", getenv("MODULES"), number++);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(info->pCode, info->codeSize, 1, file) != 1 || fclose(file) != 0) abort();
  return ((PFN_vkCreateShaderModule)next_device_proc(device, "vkCreateShaderModule"))(device, info, allocator, made);
}

static PFN_vkVoidFunction device_proc(VkDevice device, const char *name);
static PFN_vkVoidFunction instance_proc(VkInstance instance, const char *name);

static PFN_vkVoidFunction own(const char *name) {
  if (strcmp(name, "vkCreateInstance") == 0) return (PFN_vkVoidFunction)create_instance;
  if (strcmp(name, "vkCreateDevice") == 0) return (PFN_vkVoidFunction)create_device;
  if (strcmp(name, "vkCreateShaderModule") == 0) return (PFN_vkVoidFunction)create_module;
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (PFN_vkVoidFunction)device_proc;
  if (strcmp(name, "vkGetInstanceProcAddr") == 0) return (PFN_vkVoidFunction)instance_proc;
  return NULL;
}

static PFN_vkVoidFunction device_proc(VkDevice device, const char *name) {
  PFN_vkVoidFunction found = own(name);
  return found ? found : next_device_proc(device, name);
}

static PFN_vkVoidFunction instance_proc(VkInstance instance, const char *name) {
  PFN_vkVoidFunction found = own(name);
  return found ? found : next_instance_proc(instance, name);
}

VkResult vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *offer) {
  offer->loaderLayerInterfaceVersion = 2;
  offer->pfnGetInstanceProcAddr = instance_proc;
  offer->pfnGetDeviceProcAddr = device_proc;
  offer->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
